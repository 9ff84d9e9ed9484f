/** What calls of the whole fleet are made with in one process. */
import { createRandom } from "@entrain/kernel";
import type { Clock } from "@entrain/ports";
import type { RedisStore } from "@entrain/redis";
import { systemTimers, type FleetSurroundings } from "@entrain/runtime";
import type { ResolvedHostOptions } from "./agent-options.ts";
import { candidateOf } from "./host-loops.ts";

/** In the name of the process's first agent; `members` are the ids of the agents that are alive. */
export function createHostFleet(surroundings: {
  readonly options: ResolvedHostOptions;
  readonly incarnation: number;
  readonly store: RedisStore;
  readonly clock: Clock;
  readonly members: () => readonly string[];
}): FleetSurroundings {
  const { options, incarnation, store, clock, members } = surroundings;
  return {
    ...{ agentId: candidateOf(options), incarnation, store: store.pools, clock, timers: systemTimers, members },
    random: createRandom(`fleet of ${options.processId}`),
    timings: options.election,
  };
}
