/** `GET /api/v1/leader` and `POST /api/v1/leader/resign`. */
import type { FastifyInstance } from "fastify";
import { resignLeader } from "../../actions/resign-leader.ts";
import { leaderAnswerSchema, resignAnswerSchema } from "../../contract/leader-view.ts";
import type { ApiContext } from "../api-context.ts";
import { anyProblem, answers, refuses } from "../described.ts";
import { requireStore, staleMark } from "../read-through.ts";

const tags = ["leadership"];

/** Adds the routes. */
export function addLeaderRoutes(app: FastifyInstance, context: ApiContext): void {
  const { swarm, store, timers } = context;

  app.get(
    "/api/v1/leader",
    {
      schema: {
        tags,
        operationId: "getLeader",
        summary: "Who leads, and until when",
        response: { 200: answers("The leader; nulls where there is none.", leaderAnswerSchema), ...anyProblem },
      },
    },
    () => ({ ...swarm.model.leader(), ...staleMark(swarm.model.store().up) }),
  );

  app.post(
    "/api/v1/leader/resign",
    {
      schema: {
        tags,
        operationId: "resignLeader",
        summary: "Makes the leader give its leadership up",
        response: {
          202: answers("It gave it up; the agents elect the next one.", resignAnswerSchema),
          409: refuses("Nobody leads."),
          ...anyProblem,
        },
      },
    },
    async (_request, reply) => {
      requireStore(context);
      const resigned = await resignLeader(swarm, store.election, timers);
      return reply.code(202).send(resigned);
    },
  );
}
