/** `GET /api/v1/voters`. */
import { Type } from "typebox";
import type { VotersRecord } from "@entrain/core/vote";
import { closedObject, staleMark, unixMs } from "./scalars.ts";

const voterSchema = closedObject({
  agentId: Type.String(),
  since: unixMs("Since when its vote counts"),
  dead: Type.Boolean({ description: "It counts all the same, until a majority of the voters evicts it." }),
});

export const votersAnswerSchema = closedObject({
  version: Type.Integer({ description: "Version of the voters' record (M2)." }),
  quorum: Type.Integer({ description: "How many votes are a majority, and never under the configured least." }),
  voters: Type.Array(voterSchema),
  stale: staleMark,
});

/** The record as the API shows it. */
export function votersView({ version, voters }: VotersRecord) {
  return {
    version,
    voters: voters.map(({ agentId, sinceMs, dead }) => ({ agentId, since: sinceMs, dead })),
  };
}
