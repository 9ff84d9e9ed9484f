/**
 * The process's vote, what it says with it of the leader (L5), and its questions to the other voters (M2, P2). A process
 * has one vote, that of its first agent: a crash takes all of its agents, so more would not make a quorum any safer.
 */
import { randomUUID } from "node:crypto";
import type { MembershipView } from "@entrain/core/membership";
import type { VoterClaim } from "@entrain/ports";
import type { RedisStore } from "@entrain/redis";
import { isBallotQuestion } from "@entrain/core/decision";
import {
  createVoteDesk,
  createVoterLoop,
  openBallotBox,
  systemTimers,
  type Answerer,
  type Succession,
  type VoteDesk,
} from "@entrain/runtime";
import type { ResolvedHostOptions } from "./agent-options.ts";
import { candidateOf } from "./host-loops.ts";

/** Longest that a voter thinks about a decision, ms: no decision's budget is longer. */
const decisionAnswerMs = 60_000;
/** Decisions are asked about by hints, for their budget is short; a look now and then would come too late for most, ms. */
const decisionPollMs = 60_000;

/** The votes of a process, with their life. */
export interface HostVotes {
  readonly desk: VoteDesk;
  /** Lets this answer what decisions of the swarm's scope ask of this process's voter. */
  answerDecisions(answer: Answerer): void;
  /** Wants to be a voter. */
  start(): void;
  /** Answers nothing more. The vote itself goes with the leave. */
  stop(): void;
}

/** Nothing is said before `start`. */
export function createHostVotes(surroundings: {
  readonly options: ResolvedHostOptions;
  /** Of the present life; not the final one before the start. */
  readonly incarnation: () => number;
  readonly store: RedisStore;
  readonly view: () => MembershipView;
  /** Undefined while the host does not run. */
  readonly succession: () => Succession | undefined;
}): HostVotes {
  const { options, incarnation, view, succession } = surroundings;
  const { events, voters: timings } = options;
  const voter: VoterClaim = {
    agentId: candidateOf(options),
    get incarnation() {
      return incarnation();
    },
  };
  const shared = { store: surroundings.store.votes, timers: systemTimers, events, timings, voter };
  const whole = createVoteDesk({ ...shared, nextProposalId: () => `v-${randomUUID()}` });
  let closeBox: (() => void) | undefined;
  const loop = createVoterLoop({ ...shared, view });
  return {
    desk: {
      ...whole,
      // Decisions have an answerer of their own.
      answer: (answer, how) =>
        whole.answer(
          typeof answer === "function"
            ? (ballot) => (isBallotQuestion(ballot.question) ? undefined : answer(ballot))
            : answer,
          how,
        ),
    },
    answerDecisions(answer) {
      closeBox ??= openBallotBox({
        ...shared,
        answer: (ballot) => (isBallotQuestion(ballot.question) ? answer(ballot) : undefined),
        answerMs: decisionAnswerMs,
        pollMs: decisionPollMs,
      });
    },
    start() {
      loop.start();
      succession()?.start();
    },
    stop() {
      loop.stop();
      succession()?.stop();
      closeBox?.();
      whole.close();
    },
  };
}
