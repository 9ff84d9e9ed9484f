/**
 * What a process does together with the others of the swarm that are alive, in the name of its first agent and with its
 * election's lease: scheduled jobs, votes, calls of the whole fleet, messages, and picks of a replica.
 */
import { randomUUID } from "node:crypto";
import { createRandom } from "@entrain/kernel";
import { seenCycle } from "@entrain/core/rhythm";
import type { Clock } from "@entrain/ports";
import type { RedisStore } from "@entrain/redis";
import {
  createBusDesk,
  createScheduleDesk,
  systemTimers,
  type BusDesk,
  type FleetSurroundings,
  type ScheduleDesk,
} from "@entrain/runtime";
import { createTracing } from "@entrain/telemetry";
import type { Replica } from "./agent-picker.ts";
import type { ResolvedHostOptions } from "./agent-options.ts";
import { createHostVotes, type HostVotes } from "./agent-votes.ts";
import { candidateOf, type HostLoops } from "./host-loops.ts";

/** What is done with the others. */
export interface HostPeers {
  readonly schedules: ScheduleDesk;
  readonly votes: HostVotes;
  /** What calls of the whole fleet are made with. */
  readonly fleet: FleetSurroundings;
  readonly bus: BusDesk;
  /** The members that are alive, and where they stand, as the first agent knows it; none while the host does not run. */
  replicas(): readonly Replica[];
}

/** Nothing is asked of the store yet. */
export function createHostPeers(surroundings: {
  readonly options: ResolvedHostOptions;
  /** Of the present life; not the final one before the start. */
  readonly incarnation: () => number;
  readonly store: RedisStore;
  readonly clock: Clock;
  /** Undefined while the host does not run. */
  readonly loops: () => HostLoops | undefined;
}): HostPeers {
  const { options, incarnation, store, clock, loops } = surroundings;
  const agentId = candidateOf(options);
  const shared = {
    ...{ agentId, incarnation, clock, timers: systemTimers, timings: options.election },
    members: () =>
      loops()
        ?.membership.alive()
        .map((member) => member.agentId) ?? [],
  };
  return {
    schedules: createScheduleDesk({
      ...{ ...shared, store: store.schedules, health: store.health, events: options.events },
      random: createRandom(`schedules of ${options.processId}`),
    }),
    votes: createHostVotes({
      ...{ options, incarnation, store },
      succession: () => loops()?.succession,
      view: () => loops()?.membership.view() ?? { version: 0, members: new Map() },
    }),
    fleet: {
      ...{ ...shared, store: store.pools, events: options.events },
      random: createRandom(`fleet of ${options.processId}`),
    },
    bus: createBusDesk({
      ...{ agentId, clock, store: store.bus, health: store.health, events: options.events, timers: systemTimers },
      random: createRandom(`bus of ${options.processId}`),
      nextId: randomUUID,
      tracing: createTracing(),
    }),
    replicas() {
      const { rhythm, membership } = loops() ?? {};
      const state = rhythm?.stateOf(agentId);
      if (membership === undefined || state === undefined) return [];
      const nowNs = clock.monoNs();
      return membership.alive().map((member) => ({ ...member, cycle: seenCycle(state, member.agentId, nowNs) }));
    },
  };
}
