/** `GET /api/v1/voters` and `DELETE /api/v1/voters/{agentId}`: whose votes count, and an operator's way to end a dead one's (M2). */
import type { FastifyInstance } from "fastify";
import { EntrainError } from "@entrain/kernel";
import { quorumOf, type VotersRecord } from "@entrain/core/vote";
import { votersAnswerSchema, votersView } from "../../contract/voter-view.ts";
import type { ApiContext } from "../api-context.ts";
import { anyProblem, answers, refuses } from "../described.ts";
import { readThrough, requireStore, staleMark } from "../read-through.ts";

const tags = ["leadership"];

/** Adds the routes. */
export function addVoterRoutes(app: FastifyInstance, context: ApiContext): void {
  const { votes } = context.store;
  let known: VotersRecord | undefined;

  app.get(
    "/api/v1/voters",
    {
      schema: {
        tags,
        operationId: "listVoters",
        summary: "Whose votes count, and how many are a quorum",
        response: { 200: answers("The voters' record.", votersAnswerSchema), ...anyProblem },
      },
    },
    async () => {
      const found = await readThrough(context, () => votes.voters());
      known = found ?? known;
      if (known === undefined)
        throw new EntrainError("store-unavailable", "Redis is away, and the voters were never read; try again later");
      const quorum = quorumOf(known.voters.length, context.votersMin);
      return { ...votersView(known), quorum, ...staleMark(found !== undefined) };
    },
  );

  app.delete<{ Params: { agentId: string } }>(
    "/api/v1/voters/:agentId",
    {
      schema: {
        tags,
        operationId: "removeVoter",
        summary: "Takes a dead voter's vote away, where no majority lives to evict it",
        response: {
          204: { type: "null", description: "It is no voter any more." },
          404: refuses("No such voter."),
          409: refuses("It is alive: it gives its vote up by leaving."),
          ...anyProblem,
        },
      },
    },
    async ({ params }, reply) => {
      requireStore(context);
      const { agentId } = params;
      const outcome = await votes.remove(agentId);
      if (outcome === "unknown") throw new EntrainError("not-found", `${agentId} is no voter`);
      if (outcome === "alive")
        throw new EntrainError("conflict", `${agentId} is alive: it gives its vote up by leaving, so stop it`);
      return reply.code(204).send();
    },
  );
}
