/** The leader record in the store (L1 to L4). */
import type { LeaderRecord, Leadership } from "@entrain/core/election";
import type { Unsubscribe } from "./subscription.ts";

/** A campaign is granted, or tells who leads (undefined: nobody, but the store grants nothing now, S1). */
export type CampaignAnswer =
  | { readonly kind: "granted"; readonly held: Leadership }
  | {
      readonly kind: "record";
      readonly leader: LeaderRecord | undefined;
      /** Above 0: it is free, and left to candidates of higher priority for so long, ms. */
      readonly leftToOthersMs: number;
    };

/** A renewal holds, or the record is no longer the caller's. */
export type RenewAnswer =
  | { readonly kind: "renewed"; readonly held: Leadership }
  | { readonly kind: "refused"; readonly leader: LeaderRecord | undefined };

/** What became of a report that the leader is gone. */
export type SuccessionAnswer =
  /** The reporter leads: its report was the one that made enough of them. */
  | { readonly kind: "granted"; readonly held: Leadership }
  | { readonly kind: "counted"; readonly reports: number; readonly needed: number }
  /** The reporter has no vote, or another incarnation of it lives. */
  | { readonly kind: "no-voter" }
  /** The leadership is another by now, or nobody may be succeeded before the lease's end now (S1). */
  | { readonly kind: "record"; readonly leader: LeaderRecord | undefined };

/**
 * Succession of the swarm's own leader before its lease ends (L5), for whom all effects are fenced. Errors:
 * `store-unavailable`, `deadline-exceeded`.
 */
export interface SuccessionStore {
  /** A voter reports the leader of a term gone, and takes over where that makes enough reports. */
  report(
    by: {
      readonly agentId: string;
      readonly incarnation: number;
      readonly highestTerm: number;
      readonly leaseMs: number;
    },
    leader: { readonly agentId: string; readonly term: number },
  ): Promise<SuccessionAnswer>;
  /** Calls back with the term of a leader whom somebody reports gone: a hint to look for oneself. */
  watch(onReport: (term: number) => void): Unsubscribe;
}

/** What a candidate says of its place among the others. */
export interface CandidateRank {
  /** 0 to 100: the higher goes first. */
  readonly priority: number;
  /** How long a candidate counts as present after it asked, ms. */
  readonly countsMs: number;
  /** How long a free leadership is left to those of higher priority at most, ms. */
  readonly waitMs: number;
}

/** One election in the store. Errors: `store-unavailable`, `deadline-exceeded`. */
export interface ElectionStore {
  /**
   * Takes the leadership if it is free, with a term above the stored one, the store's ms and `highestTerm` (L2). Where candidates
   * say their ranks, it is left to the highest that asked of late for a while; without one, and among equals, the first gets it.
   */
  campaign(candidate: {
    readonly agentId: string;
    readonly incarnation: number;
    readonly highestTerm: number;
    readonly leaseMs: number;
    readonly rank?: CandidateRank;
  }): Promise<CampaignAnswer>;
  /** Prolongs the lease if the record equals `held` (L3); never creates one. */
  renew(held: Leadership, leaseMs: number): Promise<RenewAnswer>;
  /** Gives the leadership up if the record equals `held`; idempotent. */
  release(held: Leadership): Promise<void>;
  read(): Promise<LeaderRecord | undefined>;
  /** Calls back with the new term (0: given up) soon after the record changed: a hint. */
  watch(onHint: (term: number) => void): Unsubscribe;
}
