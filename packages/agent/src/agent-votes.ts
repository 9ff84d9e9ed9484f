/**
 * The process's vote, and its questions to the other voters (M2, P2). A process has one vote, that of its first agent: a crash
 * takes all of its agents, so more would not make a quorum any safer.
 */
import { randomUUID } from "node:crypto";
import type { MembershipView } from "@entrain/core/membership";
import type { RedisStore } from "@entrain/redis";
import { createVoteDesk, createVoterLoop, systemTimers, type VoteDesk } from "@entrain/runtime";
import type { ResolvedHostOptions } from "./agent-options.ts";
import { candidateOf } from "./host-loops.ts";

/** The votes of a process, with their life. */
export interface HostVotes {
  readonly desk: VoteDesk;
  /** Wants to be a voter. */
  start(): void;
  /** Answers nothing more. The vote itself goes with the leave. */
  stop(): void;
}

/** Nothing is said before `start`. */
export function createHostVotes(surroundings: {
  readonly options: ResolvedHostOptions;
  readonly incarnation: number;
  readonly store: RedisStore;
  readonly view: () => MembershipView;
}): HostVotes {
  const { options, incarnation, view } = surroundings;
  const { events, voters: timings } = options;
  const voter = { agentId: candidateOf(options), incarnation };
  const shared = { store: surroundings.store.votes, timers: systemTimers, events, timings, voter };
  const desk = createVoteDesk({ ...shared, nextProposalId: () => `v-${randomUUID()}` });
  const loop = createVoterLoop({ ...shared, view });
  return {
    desk,
    start() {
      loop.start();
    },
    stop() {
      loop.stop();
      desk.close();
    },
  };
}
