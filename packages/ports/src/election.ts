/** The leader record in the store (L1 to L4). */
import type { LeaderRecord, Leadership } from "@entrain/core/election";
import type { Unsubscribe } from "./subscription.ts";

/** A campaign is granted, or tells who leads (undefined: nobody, but the store grants nothing now, S1). */
export type CampaignAnswer =
  | { readonly kind: "granted"; readonly held: Leadership }
  | { readonly kind: "record"; readonly leader: LeaderRecord | undefined };

/** A renewal holds, or the record is no longer the caller's. */
export type RenewAnswer =
  | { readonly kind: "renewed"; readonly held: Leadership }
  | { readonly kind: "refused"; readonly leader: LeaderRecord | undefined };

/** One election in the store. Errors: `store-unavailable`, `deadline-exceeded`. */
export interface ElectionStore {
  /** Takes the leadership if it is free, with a term above the stored one, the store's ms and `highestTerm` (L2). */
  campaign(candidate: {
    readonly agentId: string;
    readonly incarnation: number;
    readonly highestTerm: number;
    readonly leaseMs: number;
  }): Promise<CampaignAnswer>;
  /** Prolongs the lease if the record equals `held` (L3); never creates one. */
  renew(held: Leadership, leaseMs: number): Promise<RenewAnswer>;
  /** Gives the leadership up if the record equals `held`; idempotent. */
  release(held: Leadership): Promise<void>;
  read(): Promise<LeaderRecord | undefined>;
  /** Calls back with the new term (0: given up) soon after the record changed: a hint. */
  watch(onHint: (term: number) => void): Unsubscribe;
}
