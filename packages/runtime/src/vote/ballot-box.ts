/**
 * Votes for one voter: an answerer is asked once for each round in whose electorate the voter is, and what it answers is cast.
 * An answer that comes late, fails or is none casts nothing: that is no vote (P2), neither for nor against. A choice is kept until
 * the store has it: where it could not be cast, the same is cast again, soon at first, while it is asked.
 *
 * What is to be answered is found by hints, and by a look now and then, since hints may be lost.
 */
import { EntrainError, type Json } from "@entrain/kernel";
import { checkChoice, isNextRoundDue, outcomeOf, type Proposal, type VoterTimings } from "@entrain/core/vote";
import type { EventSink, RuntimeEvent, Timers, VoterClaim, VoteStore } from "@entrain/ports";

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

/** What an answerer has said in a round. */
interface Answered {
  readonly round: number;
  /** Its choice, while the store does not have it. */
  uncast: string | undefined;
  /** How long until it is cast again, ms. */
  pauseMs: number;
  callOff: () => void;
}

/** Proposals that a look sees, and that are looked at at once. */
const latestMax = 100;
/** First pause before a vote is cast again, doubled each time up to that between two looks, ms. */
const castAgainMs = 100;

/** Answers from now on; the result ends that. */
export function openBallotBox(options: BallotBoxOptions): () => void {
  const { store, timers, pollMs = 2_000 } = options;
  const looking = new Set<string>();
  const answered = new Map<string, Answered>();
  const ending = new AbortController();
  let callOff: () => void = () => undefined;

  async function look(proposal: Proposal): Promise<void> {
    const { proposalId } = proposal.definition;
    if (looking.has(proposalId) || looking.size >= latestMax) return;
    looking.add(proposalId);
    try {
      if (isNextRoundDue(proposal)) await store.nextRound(proposal, options.timings.votersMin);
      else if (isAsked(proposal, options.voter.agentId)) await vote(proposal);
    } finally {
      looking.delete(proposalId);
    }
  }

  async function vote(proposal: Proposal): Promise<void> {
    const { proposalId } = proposal.definition;
    let known = answered.get(proposalId);
    if (known?.round !== proposal.round) {
      known?.callOff();
      known = { round: proposal.round, uncast: undefined, pauseMs: castAgainMs, callOff: () => undefined };
      remember(answered, proposalId, known);
      known.uncast = await choiceOf(options, proposal, ending.signal);
    }
    if (known.uncast === undefined || ending.signal.aborted) return;
    if (await cast(options, proposal, known.uncast)) known.uncast = undefined;
    else lookAgain(proposalId, known);
  }

  function lookAgain(proposalId: string, known: Answered): void {
    known.callOff();
    if (ending.signal.aborted) return;
    known.callOff = timers.after(known.pauseMs, () => void lookAt(proposalId));
    known.pauseMs = Math.min(2 * known.pauseMs, pollMs);
  }

  async function lookAt(proposalId: string): Promise<void> {
    try {
      const [proposal] = await store.read([proposalId]);
      if (proposal !== undefined && !ending.signal.aborted) await look(proposal);
    } catch {
      // What fails here is made up for by the next look at all, or sooner where a vote waits for it.
      const known = answered.get(proposalId);
      if (known?.uncast !== undefined) lookAgain(proposalId, known);
    }
  }

  async function lookAtAll(): Promise<void> {
    const latest = await store.latest(latestMax).catch(() => []);
    if (ending.signal.aborted) return;
    callOff = timers.after(pollMs, () => void lookAtAll());
    await Promise.allSettled(latest.map(look));
  }

  const unwatch = store.watch((proposalId) => void lookAt(proposalId));
  void lookAtAll();
  return () => {
    ending.abort(new EntrainError("cancelled", "nobody answers any more"));
    unwatch();
    callOff();
    for (const known of answered.values()) known.callOff();
  };
}

/** Whether a vote of this agent is still wanted. */
function isAsked(proposal: Proposal, agentId: string): boolean {
  const { electorate, votes } = proposal;
  if (outcomeOf(proposal).kind !== "open" || !electorate.includes(agentId)) return false;
  return !votes.some(({ voter }) => voter === agentId);
}

/** Keeps as many as a look sees twice over. */
function remember(answered: Map<string, Answered>, proposalId: string, answer: Answered): void {
  answered.delete(proposalId);
  answered.set(proposalId, answer);
  const [oldest] = answered;
  if (answered.size <= 2 * latestMax || oldest === undefined) return;
  oldest[1].callOff();
  answered.delete(oldest[0]);
}

/** What the answerer chooses; undefined where it chooses nothing, or not in time. */
async function choiceOf(
  { timers, events, answer, answerMs }: BallotBoxOptions,
  { definition, round, previous, proposedBy }: Proposal,
  ended: AbortSignal,
): Promise<string | undefined> {
  const { proposalId, question, options: choices } = definition;
  const late = new AbortController();
  const callOff = timers.after(answerMs, () => {
    late.abort(new EntrainError("deadline-exceeded", `no answer within ${answerMs} ms`));
  });
  const signal = AbortSignal.any([late.signal, ended]);
  try {
    const ballot = { proposalId, question, options: choices, round, previous, proposedBy, signal };
    const choice = await unlessLate(answer, ballot);
    return choice === undefined ? undefined : checkChoice(definition, choice);
  } catch (thrown) {
    if (!ended.aborted) events(failed(proposalId, round, thrown));
    return undefined;
  } finally {
    callOff();
  }
}

/** Whether the store has said what becomes of the vote: else it is cast again. */
async function cast({ store, events, voter }: BallotBoxOptions, proposal: Proposal, choice: string): Promise<boolean> {
  const { definition, round } = proposal;
  try {
    // Who is no voter now may have been buried by mistake, and is one again with its next heartbeat.
    return (await store.cast(voter, definition.proposalId, round, choice)).kind !== "no-voter";
  } catch (thrown) {
    // The store's adapter has reported that it is away.
    if (EntrainError.from(thrown).retryable) return false;
    events(failed(definition.proposalId, round, thrown));
    return true;
  }
}

function failed(proposalId: string, round: number, thrown: unknown): RuntimeEvent {
  const { message } = EntrainError.from(thrown);
  return { kind: "listener.failed", listener: `answer to proposal ${proposalId}, round ${round}`, message };
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
