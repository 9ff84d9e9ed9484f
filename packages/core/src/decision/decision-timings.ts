/** The decision loop's own timings; what belongs to the swarm as a whole (budget, leader's chance) is in its policy. */
import { EntrainError } from "@entrain/kernel";

/** All in ms. */
export interface DecisionTimings {
  /** Oldest context that is served without waiting (default 100). */
  readonly contextMaxAgeMs: number;
  /** After this long without a decision the context is no longer kept fresh (default 60,000). */
  readonly contextIdleAfterMs: number;
  /** Longest a decision waits for a context that is not fresh (default 200; at most a quarter of the budget). */
  readonly contextWaitMs: number;
  /** How long one read of the context, document included, may take (default 1,000). */
  readonly contextReadTimeoutMs: number;
  /** Oldest health that is still believed when the context cannot be refreshed; older is unknown (default 5,000). */
  readonly healthMaxAgeMs: number;
  /** Oldest context on which anything is proposed; with an older one an agent adopts, or takes the safe action alone (default 10,000). */
  readonly contextStaleMaxMs: number;
  /** What a reasoner must leave of the budget for the commit (default 200; at most a quarter of the budget). */
  readonly commitReserveMs: number;
  /** Pause before a failed call to the ledger is repeated; doubles each time, with jitter of ±50 % (default 20). */
  readonly retryMs: number;
}

/**
 * The timings with defaults filled in.
 * @throws EntrainError `invalid-config` that names the setting.
 */
export function decisionTimings(given: Partial<DecisionTimings> = {}): DecisionTimings {
  const timings = {
    contextMaxAgeMs: 100,
    contextIdleAfterMs: 60_000,
    contextWaitMs: 200,
    contextReadTimeoutMs: 1_000,
    healthMaxAgeMs: 5_000,
    contextStaleMaxMs: 10_000,
    commitReserveMs: 200,
    retryMs: 20,
    ...given,
  };
  for (const [field, value] of Object.entries(timings))
    if (!Number.isFinite(value) || value <= 0)
      throw new EntrainError("invalid-config", `${field} (${value}) must be a positive number of ms`, { field, value });
  return timings;
}

/** The part of a wait that a budget allows: `wantedMs`, but never more than a quarter of the budget. */
export function withinBudgetMs(wantedMs: number, budgetMs: number): number {
  return Math.min(wantedMs, budgetMs / 4);
}
