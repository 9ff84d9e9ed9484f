/**
 * Votes for one voter: an answerer is asked once for each round in whose electorate the voter is, and what it answers is cast.
 * An answer that comes late, fails or is none casts nothing: that is no vote (P2), neither for nor against.
 *
 * What is to be answered is found by hints, and by a look now and then, since hints may be lost.
 */
import { EntrainError, type Json } from "@entrain/kernel";
import { checkChoice, isNextRoundDue, outcomeOf, type Proposal, type VoterTimings } from "@entrain/core/vote";
import type { EventSink, Timers, VoterClaim, VoteStore } from "@entrain/ports";

/** What a voter is asked. */
export interface Ballot {
  readonly proposalId: string;
  readonly question: Json;
  readonly options: readonly string[];
  /** From 1. */
  readonly round: number;
  /** What the round before came to: choice → weight; undefined in the first. */
  readonly previous: Readonly<Record<string, number>> | undefined;
  readonly proposedBy: string;
  /** Aborts when the answer comes too late. */
  readonly signal: AbortSignal;
}

/** Answers one of the options, or undefined: no vote. */
export type Answerer = (ballot: Ballot) => string | undefined | Promise<string | undefined>;

/** What a box needs. */
export interface BallotBoxOptions {
  readonly store: VoteStore;
  readonly timers: Timers;
  readonly events: EventSink;
  readonly timings: VoterTimings;
  readonly voter: VoterClaim;
  readonly answer: Answerer;
  /** How long an answer may take, ms. */
  readonly answerMs: number;
  /** Longest time between two looks where no hint comes, ms (default 2,000). */
  readonly pollMs?: number;
}

/** Proposals that a look sees, and that are looked at at once. */
const latestMax = 100;

/** Answers from now on; the result ends that. */
export function openBallotBox(options: BallotBoxOptions): () => void {
  const { store, timers, pollMs = 2_000 } = options;
  const looking = new Set<string>();
  /** The round in which each was answered last. */
  const answered = new Map<string, number>();
  const ending = new AbortController();
  let callOff: () => void = () => undefined;

  async function look(proposal: Proposal): Promise<void> {
    const { proposalId } = proposal.definition;
    if (looking.has(proposalId) || looking.size >= latestMax) return;
    looking.add(proposalId);
    try {
      if (isNextRoundDue(proposal)) await store.nextRound(proposal, options.timings.votersMin);
      else if (isAsked(proposal, options.voter.agentId) && answered.get(proposalId) !== proposal.round) {
        remember(answered, proposalId, proposal.round);
        await vote(options, proposal, ending.signal);
      }
    } finally {
      looking.delete(proposalId);
    }
  }

  async function lookAtAll(): Promise<void> {
    const latest = await store.latest(latestMax).catch(() => []);
    if (ending.signal.aborted) return;
    callOff = timers.after(pollMs, () => void lookAtAll());
    await Promise.allSettled(latest.map(look));
  }

  const unwatch = store.watch((proposalId) => {
    // What fails here is made up for by the next look at all.
    void store.read([proposalId]).then(
      ([proposal]) => (proposal === undefined || ending.signal.aborted ? undefined : look(proposal)),
      () => undefined,
    );
  });
  void lookAtAll();
  return () => {
    ending.abort(new EntrainError("cancelled", "nobody answers any more"));
    unwatch();
    callOff();
  };
}

/** Whether a vote of this agent is still wanted. */
function isAsked(proposal: Proposal, agentId: string): boolean {
  const { electorate, votes } = proposal;
  if (outcomeOf(proposal).kind !== "open" || !electorate.includes(agentId)) return false;
  return !votes.some(({ voter }) => voter === agentId);
}

/** Keeps as many as a look sees twice over. */
function remember(answered: Map<string, number>, proposalId: string, round: number): void {
  answered.delete(proposalId);
  answered.set(proposalId, round);
  const [oldest] = answered.keys();
  if (answered.size > 2 * latestMax && oldest !== undefined) answered.delete(oldest);
}

async function vote(options: BallotBoxOptions, proposal: Proposal, ended: AbortSignal): Promise<void> {
  const { store, timers, events, voter, answerMs } = options;
  const { definition, round, previous, proposedBy } = proposal;
  const { proposalId, question, options: choices } = definition;
  const late = new AbortController();
  const callOff = timers.after(answerMs, () => {
    late.abort(new EntrainError("deadline-exceeded", `no answer within ${answerMs} ms`));
  });
  const signal = AbortSignal.any([late.signal, ended]);
  try {
    const ballot = { proposalId, question, options: choices, round, previous, proposedBy, signal };
    const choice = await unlessLate(options.answer, ballot);
    if (choice !== undefined) await store.cast(voter, proposalId, round, checkChoice(definition, choice));
  } catch (thrown) {
    if (ended.aborted) return;
    const { message } = EntrainError.from(thrown);
    events({ kind: "listener.failed", listener: `answer to proposal ${proposalId}, round ${round}`, message });
  } finally {
    callOff();
  }
}

function unlessLate(answer: Answerer, ballot: Ballot): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    ballot.signal.addEventListener(
      "abort",
      () => {
        reject(EntrainError.from(ballot.signal.reason));
      },
      { once: true },
    );
    Promise.resolve()
      .then(() => answer(ballot))
      .then(resolve, reject);
  });
}
