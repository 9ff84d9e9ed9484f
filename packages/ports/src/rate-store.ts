/** Shared rates in the store: leases of capacity (B1 over time). */
import type { RateAnswer, RateRequest } from "@entrain/core/rate";

/** Errors: `store-unavailable`, `deadline-exceeded`. */
export interface RateStore {
  /**
   * Refreshes a holder's share of a rate, or gives it its first one. Errors: `conflict` where a later request of the
   * holder was taken in, `resource-exhausted`.
   */
  refresh(rate: string, request: RateRequest): Promise<RateAnswer>;
  /** Gives a share back; again: nothing. */
  release(rate: string, holderId: string): Promise<void>;
}
