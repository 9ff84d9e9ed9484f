/** `GET /api/v1/leader` and `POST /api/v1/leader/resign`. */
import { Type, type Static } from "typebox";
import { closedObject, integerOrNull, numberOrNull, staleMark, textOrNull } from "./scalars.ts";

const members = {
  agentId: textOrNull("Who leads; null where nobody does."),
  term: integerOrNull("Fencing number of the leadership, integer ms (L2)."),
  leaseUntil: numberOrNull("End of the lease by Redis's clock, Unix ms."),
};

/** The leader as part of `GET /api/v1/swarm`. */
export const leaderSchema = closedObject(members, "The leader; nulls where there is none.");

/** The answer of `GET /api/v1/leader`. */
export const leaderAnswerSchema = closedObject({ ...members, stale: staleMark });

/** The answer of `POST /api/v1/leader/resign`. */
export const resignAnswerSchema = closedObject(
  { agentId: Type.String(), term: Type.Integer() },
  "Who gave up which term; the next leader is elected by the agents.",
);

export type LeaderView = Static<typeof leaderSchema>;
export type ResignAnswer = Static<typeof resignAnswerSchema>;
