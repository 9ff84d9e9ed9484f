/** The scheduled jobs of a process: in the name of its first agent, with its election's lease. */
import { createRandom } from "@entrain/kernel";
import type { RedisStore } from "@entrain/redis";
import { createScheduleDesk, systemTimers, type ScheduleDesk } from "@entrain/runtime";
import type { Clock } from "@entrain/ports";
import type { ResolvedHostOptions } from "./agent-options.ts";
import { candidateOf } from "./host-loops.ts";

/** The desk of one process; `members` are the ids of the agents that are alive. */
export function createHostSchedules(surroundings: {
  readonly options: ResolvedHostOptions;
  readonly incarnation: number;
  readonly store: RedisStore;
  readonly clock: Clock;
  readonly members: () => readonly string[];
}): ScheduleDesk {
  const { options, incarnation, store, clock, members } = surroundings;
  return createScheduleDesk({
    agentId: candidateOf(options),
    incarnation,
    store: store.schedules,
    health: store.health,
    clock,
    timers: systemTimers,
    random: createRandom(`schedules of ${options.processId}`),
    events: options.events,
    timings: options.election,
    members,
  });
}
