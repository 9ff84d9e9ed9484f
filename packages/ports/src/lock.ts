/** Locks and barriers in the store, fenced as a leadership is (L1 to L4). */
import type { Leadership } from "@entrain/core/election";
import type { ElectionStore } from "./election.ts";
import type { Unsubscribe } from "./subscription.ts";

/** One lock: an election of its holder, and a text that only the holder may replace. */
export interface LockStore extends ElectionStore {
  /**
   * Replaces the guarded text if the record equals `held` (L3).
   * @throws EntrainError `stale-term`, `recovering`, `invalid-argument` (text over 64 KiB), `store-unavailable`,
   *   `deadline-exceeded`.
   */
  save(held: Leadership, text: string): Promise<void>;
  /** The guarded text and the term under which it was saved; undefined before the first. */
  saved(): Promise<{ readonly text: string; readonly term: number } | undefined>;
}

/** One barrier, which opens again and again: each time when as many parties wait as it takes. */
export interface BarrierStore {
  /**
   * Arrives, or says again that it waits: to be repeated within `leaseMs`. Idempotent by `ticket`.
   * @throws EntrainError `conflict` where others wait for another number of parties (`value`).
   */
  arrive(party: {
    /** Unique to this arrival. */
    readonly ticket: string;
    readonly parties: number;
    readonly highestToken: number;
    readonly leaseMs: number;
  }): Promise<
    { readonly kind: "opened"; readonly token: number } | { readonly kind: "waiting"; readonly waiting: number }
  >;
  /** Gives up waiting; answers the token where the barrier has opened for this ticket all the same. */
  depart(ticket: string): Promise<number | undefined>;
  /** Calls back with the token soon after the barrier opened: a hint. */
  watch(onHint: (token: number) => void): Unsubscribe;
}
