/** Whose votes count, and the votes, in the store (M2, P2). */
import type { Proposal, ProposalDefinition, VotersRecord, VoterTimings } from "@entrain/core/vote";
import type { Unsubscribe } from "./subscription.ts";

/** An agent in one life. */
export interface VoterClaim {
  readonly agentId: string;
  readonly incarnation: number;
}

/** What became of a wish to be a voter. */
export interface EnrollAnswer {
  /** `enrolled`: just now; `unknown`: the registry does not list it alive in this incarnation. */
  readonly kind: "voter" | "enrolled" | "waiting" | "full" | "unknown";
  /** Of one that waits: how long still, ms. */
  readonly leftMs: number;
  /** For a voter: dead ones that it may vote out. */
  readonly due: readonly string[];
}

/** What became of a vote. */
export type CastAnswer =
  | { readonly kind: "cast" }
  /** It had voted in this round: that vote stands. */
  | { readonly kind: "stands"; readonly choice: string }
  /** Another round is under way. */
  | { readonly kind: "round"; readonly round: number }
  /** No votes are taken (any more). */
  | { readonly kind: "closed" }
  /** It is not of the round's electorate, or no voter any more, or another incarnation of it lives (M3). */
  | { readonly kind: "no-voter" }
  | { readonly kind: "unknown" };

/** Errors: `store-unavailable`, `deadline-exceeded`; `recovering`; `resource-exhausted` where the store is full. */
export interface VoteStore {
  /** Wants to be a voter, or to stay one; idempotent. */
  enroll(voter: VoterClaim, timings: VoterTimings): Promise<EnrollAnswer>;
  /** Votes a dead voter out; the vote that makes a majority of the voters evicts it. */
  evict(
    by: VoterClaim,
    agentId: string,
    timings: VoterTimings,
  ): Promise<{ readonly kind: "evicted" | "counted" | "refused"; readonly votes: number; readonly needed: number }>;
  /** Takes a dead voter's vote away: an operator's means. */
  remove(agentId: string): Promise<"removed" | "alive" | "unknown">;
  voters(): Promise<VotersRecord>;
  /** Makes a proposal and opens its first round; once under its id. `reused`: the id has another definition. */
  propose(
    definition: ProposalDefinition,
    by: string,
    votersMin: number,
  ): Promise<"proposed" | "repeated" | "reused" | "full">;
  cast(voter: VoterClaim, proposalId: string, round: number, choice: string): Promise<CastAnswer>;
  /** Opens the round after this one, if it is as the caller saw it; false where it is not. */
  nextRound(lost: Proposal, votersMin: number): Promise<boolean>;
  /** Those of the ids that there are. */
  read(proposalIds: readonly string[]): Promise<readonly Proposal[]>;
  /** Newest first. */
  latest(limit: number): Promise<readonly Proposal[]>;
  /** Calls back with a proposal on which something happened: a hint. */
  watch(onHint: (proposalId: string) => void): Unsubscribe;
}
