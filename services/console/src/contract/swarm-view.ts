/** `GET /api/v1/swarm`: the whole swarm at a glance. */
import { Type, type Static } from "typebox";
import { leaderSchema } from "./leader-view.ts";
import { rhythmSchema } from "./rhythm-view.ts";
import { closedObject, integerOrNull, numberOrNull, staleMark } from "./scalars.ts";

const members = {
  swarmId: Type.String(),
  agents: Type.Integer({ description: "How many are alive." }),
  health: closedObject(
    { score: numberOrNull("Health, 0..1"), risk: numberOrNull("Risk, 0..1") },
    "Means over the agents that are alive.",
  ),
  leader: leaderSchema,
  rhythm: rhythmSchema,
  context: closedObject({ version: integerOrNull("Version of the context document; 0 before there is one.") }),
  decisions: closedObject({
    count: integerOrNull("Committed decisions over the ledger's life."),
    divergence: integerOrNull("Incidents with divergent acts."),
    safeAlone: integerOrNull("Safe actions that agents took alone (D3)."),
    cacheHitRate: numberOrNull("Share of the last 10,000 observed acts whose context came from the cache, 0..1."),
    fallbackRate: numberOrNull("Share of the same acts that were safe actions taken alone, 0..1."),
    latencyMs: closedObject(
      { p50: numberOrNull("ms"), p95: numberOrNull("ms"), p99: numberOrNull("ms") },
      "From the question to the answer, quantiles of the last 10,000 observed acts.",
    ),
  }),
  store: closedObject({
    up: Type.Boolean({ description: "Redis answers." }),
    generation: integerOrNull("Number of the store's life, +1 when it may have lost writes (S1)."),
  }),
};

/** The answer of `GET /api/v1/swarm`. */
export const swarmAnswerSchema = closedObject({ ...members, stale: staleMark });

export type SwarmView = Omit<Static<typeof swarmAnswerSchema>, "stale">;
