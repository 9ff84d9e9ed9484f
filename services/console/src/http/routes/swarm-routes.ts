/** `GET /api/v1/swarm` and `/agents`: what the console knows of the swarm. */
import type { FastifyInstance } from "fastify";
import { compareIds } from "@entrain/kernel";
import { agentsAnswerSchema } from "../../contract/agent-view.ts";
import { pagingSchema, type PagingQuery } from "../../contract/requests.ts";
import { swarmAnswerSchema } from "../../contract/swarm-view.ts";
import type { ApiContext } from "../api-context.ts";
import { anyProblem, answers } from "../described.ts";
import { decodeCursor, encodeCursor, limitOf } from "../paging.ts";
import { readThrough, staleMark } from "../read-through.ts";

const tags = ["swarm"];

/** Adds the routes. */
export function addSwarmRoutes(app: FastifyInstance, context: ApiContext): void {
  const { swarm, store } = context;
  const { model } = swarm;

  app.get(
    "/api/v1/swarm",
    {
      schema: {
        tags,
        operationId: "getSwarm",
        summary: "The swarm at a glance",
        response: { 200: answers("The swarm.", swarmAnswerSchema), ...anyProblem },
      },
    },
    async () => {
      const stats = await readThrough(context, () => store.ledger.stats());
      if (stats !== undefined) swarm.feed({ kind: "stats", stats });
      return { ...model.swarm(), ...staleMark(stats !== undefined) };
    },
  );

  app.get<{ Querystring: PagingQuery }>(
    "/api/v1/agents",
    {
      schema: {
        tags,
        operationId: "listAgents",
        summary: "The members of the last ten minutes, by id",
        querystring: pagingSchema,
        response: { 200: answers("A page of agents.", agentsAnswerSchema), ...anyProblem },
      },
    },
    ({ query }) => {
      const after = decodeCursor(query)?.["agentId"];
      const rest = model
        .agents(swarm.now())
        .filter(({ agentId }) => after === undefined || compareIds(agentId, after) > 0);
      const agents = rest.slice(0, limitOf(query));
      const last = agents.at(-1);
      const next =
        last === undefined || rest.length === agents.length ? {} : { next: encodeCursor({ agentId: last.agentId }) };
      return { agents, ...next, ...staleMark(model.store().up) };
    },
  );
}
