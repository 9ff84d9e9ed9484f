/**
 * The process's vote, what it says with it of the leader (L5), and its questions to the other voters (M2, P2). A process has one vote, that of its first agent: a crash
 * takes all of its agents, so more would not make a quorum any safer.
 */
import { randomUUID } from "node:crypto";
import type { MembershipView } from "@entrain/core/membership";
import type { RedisStore } from "@entrain/redis";
import { createVoteDesk, createVoterLoop, systemTimers, type Succession, type VoteDesk } from "@entrain/runtime";
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
  /** Undefined while the host does not run. */
  readonly succession: () => Succession | undefined;
}): HostVotes {
  const { options, incarnation, view, succession } = surroundings;
  const { events, voters: timings } = options;
  const voter = { agentId: candidateOf(options), incarnation };
  const shared = { store: surroundings.store.votes, timers: systemTimers, events, timings, voter };
  const desk = createVoteDesk({ ...shared, nextProposalId: () => `v-${randomUUID()}` });
  const loop = createVoterLoop({ ...shared, view });
  return {
    desk,
    start() {
      loop.start();
      succession()?.start();
    },
    stop() {
      loop.stop();
      succession()?.stop();
      desk.close();
    },
  };
}
