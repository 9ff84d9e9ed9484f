/** Votes as a process uses them: asks the voters, waits for what they decide, and answers for its own (M2, P2). */
import { checkObject, EntrainError } from "@entrain/kernel";
import {
  checkChoice,
  isNextRoundDue,
  outcomeOf,
  proposalDefinition,
  quorumOf,
  type Proposal,
  type ProposalWish,
  type Voter,
  type VoterTimings,
} from "@entrain/core/vote";
import type { CastAnswer, EventSink, Timers, VoterClaim, VoteStore } from "@entrain/ports";
import { openBallotBox, type Answerer } from "./ballot-box.ts";

/** What the voters have decided, or that they have not. */
export interface VoteResult {
  readonly kind: "passed" | "failed";
  /** What has passed; null where nothing has. */
  readonly choice: string | null;
  readonly round: number;
  /** Of that round: choice → weight. */
  readonly counts: Readonly<Record<string, number>>;
  /** Who could vote in it. */
  readonly electorate: readonly string[];
}

/** The votes of the swarm. Errors: `store-unavailable`, `deadline-exceeded`, `recovering`. */
export interface VoteDesk {
  /**
   * Asks the voters; the same once under its id. Answers the id.
   * @throws EntrainError `invalid-argument` that names the field, `already-exists` (the id has another proposal),
   *   `resource-exhausted` (1,000 proposals are open)
   */
  propose(wish: Omit<ProposalWish, "proposalId"> & { readonly proposalId?: string }): Promise<string>;
  /**
   * Waits for what the voters decide, and opens further rounds where one is lost.
   * @throws EntrainError `not-found`, `deadline-exceeded` (the proposal goes on); the signal's reason where it aborts
   */
  outcome(
    proposalId: string,
    options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
  ): Promise<VoteResult>;
  /**
   * Votes in the present round, for this process's voter. A vote stands as it was cast first.
   * @throws EntrainError `not-found`, `invalid-argument` that names the options, `conflict` where the vote does not count: it
   *   has voted otherwise, or is not of the round's electorate, or no votes are taken
   */
  vote(proposalId: string, choice: string): Promise<void>;
  /**
   * Answers every proposal for this process's voter from now on; call the result to end that.
   * @param options `timeoutMs`: how long an answer may take (default 30,000)
   * @throws EntrainError `already-exists` where somebody answers already
   */
  answer(answer: Answerer, options?: { readonly timeoutMs?: number }): () => void;
  /** Whose votes count, and how many of them are a quorum. */
  voters(): Promise<{ readonly version: number; readonly voters: readonly Voter[]; readonly quorum: number }>;
}

/** What a desk needs. */
export interface VoteDeskOptions {
  readonly store: VoteStore;
  readonly timers: Timers;
  readonly events: EventSink;
  readonly timings: VoterTimings;
  /** For whom this process votes. */
  readonly voter: VoterClaim;
  /** A name that no other proposal has. */
  readonly nextProposalId: () => string;
}

/** Longest pause between two looks where no hint comes, ms. */
const pollMs = 500;
const timeoutMaxMs = 2_147_483_647;

/** A desk over a store; `close` ends what answers. */
export function createVoteDesk(options: VoteDeskOptions): VoteDesk & { close(): void } {
  const { store, timings, voter, nextProposalId } = options;
  let closeBox: (() => void) | undefined;

  async function read(proposalId: string): Promise<Proposal> {
    const [proposal] = await store.read([proposalId]);
    if (proposal === undefined) throw new EntrainError("not-found", `there is no proposal ${proposalId}`);
    return proposal;
  }

  /** What has been decided; else a round that is lost is followed by the next. */
  async function advance(proposalId: string): Promise<VoteResult | undefined> {
    const proposal = await read(proposalId);
    const result = resultOf(proposal);
    if (result === undefined && isNextRoundDue(proposal)) await store.nextRound(proposal, timings.votersMin);
    return result;
  }

  return {
    async propose(wish) {
      checkObject("wish", wish, "give { question }");
      const definition = proposalDefinition({ ...wish, proposalId: wish.proposalId ?? nextProposalId() });
      const { proposalId } = definition;
      const outcome = await store.propose(definition, voter.agentId, timings.votersMin);
      if (outcome === "reused")
        throw new EntrainError("already-exists", `there is another proposal ${proposalId}: choose another id`);
      if (outcome === "full") throw new EntrainError("resource-exhausted", "too many proposals are open: ask later");
      return proposalId;
    },
    async outcome(proposalId, { timeoutMs = timeoutMaxMs, signal } = {}) {
      checkTimeout(timeoutMs);
      const late = new EntrainError("deadline-exceeded", `proposal ${proposalId} is open after ${timeoutMs} ms`);
      const news = watchProposal(options, proposalId, timeoutMs, signal);
      try {
        for (;;) {
          signal?.throwIfAborted();
          const result = await advance(proposalId).catch(unlessStoreIsAway);
          if (result !== undefined) return result;
          if (news.isOver()) throw late;
          await news.next();
        }
      } finally {
        news.end();
      }
    },
    async vote(proposalId, choice) {
      const { definition, round } = await read(proposalId);
      const answer = await store.cast(voter, proposalId, round, checkChoice(definition, choice));
      if (answer.kind === "cast" || (answer.kind === "stands" && answer.choice === choice)) return;
      throw new EntrainError("conflict", `the vote of ${voter.agentId} on ${proposalId} ${refusal(answer)}`);
    },
    answer(answer, { timeoutMs: answerMs = 30_000 } = {}) {
      if (typeof answer !== "function")
        throw EntrainError.invalid("answer", answer, "give a function of a ballot that answers an option, or nothing");
      checkTimeout(answerMs);
      if (closeBox !== undefined)
        throw new EntrainError("already-exists", `${voter.agentId} has an answerer: end that one first`);
      const close = openBallotBox({ ...options, answer, answerMs });
      closeBox = close;
      return () => {
        close();
        if (closeBox === close) closeBox = undefined;
      };
    },
    async voters() {
      const { version, voters } = await store.voters();
      return { version, voters, quorum: quorumOf(voters.length, timings.votersMin) };
    },
    close() {
      closeBox?.();
      closeBox = undefined;
    },
  };
}

/** What has been decided; undefined while nothing is. */
function resultOf(proposal: Proposal): VoteResult | undefined {
  const outcome = outcomeOf(proposal);
  const { kind, round } = outcome;
  const common = { round, counts: Object.fromEntries(outcome.tally.counts), electorate: proposal.electorate };
  if (kind === "passed") return { kind, choice: outcome.choice, ...common };
  return kind === "failed" ? { kind, choice: null, ...common } : undefined;
}

/** A wait outlasts what trying again can mend. */
function unlessStoreIsAway(thrown: unknown): undefined {
  const error = EntrainError.from(thrown);
  if (!error.retryable) throw error;
}

function refusal(answer: Exclude<CastAnswer, { readonly kind: "cast" }>): string {
  switch (answer.kind) {
    case "stands":
      return `stands as ${answer.choice}`;
    case "round":
      return `was for another round than ${answer.round}, which is under way: look at it again`;
    case "closed":
      return "is not taken: its time is over";
    case "no-voter":
      return "does not count: it is not of the electorate of this round";
    case "unknown":
      return "does not count: the proposal is gone";
  }
}

/** Waits for hints about one proposal, or for the time to look again; also for a hint that came before the wait. */
function watchProposal(
  { store, timers }: VoteDeskOptions,
  proposalId: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): { next(): Promise<void>; isOver(): boolean; end(): void } {
  let hinted = Promise.withResolvers<undefined>();
  let over = false;
  const wake = (): void => {
    hinted.resolve(undefined);
  };
  const unwatch = store.watch((id) => {
    if (id === proposalId) wake();
  });
  const callOff = timers.after(timeoutMs, () => {
    over = true;
    wake();
  });
  signal?.addEventListener("abort", wake, { once: true });
  return {
    async next() {
      const callOffPoll = timers.after(pollMs, wake);
      await hinted.promise;
      callOffPoll();
      hinted = Promise.withResolvers();
    },
    isOver: () => over,
    end() {
      unwatch();
      callOff();
      signal?.removeEventListener("abort", wake);
    },
  };
}

function checkTimeout(timeoutMs: number): void {
  if (!(typeof timeoutMs === "number" && timeoutMs >= 1 && timeoutMs <= timeoutMaxMs))
    throw EntrainError.invalid("timeoutMs", timeoutMs, `give a duration from 1 to ${timeoutMaxMs} ms`);
}
