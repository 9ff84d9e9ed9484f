/**
 * How many retries may be made beside what goes well: a few at once, and then one for every ten successes. While everything
 * fails, an upstream is thus called about as often as batches come, not a multiple of it.
 */

/** Retries that may still be made. */
export interface RetryBudget {
  /** Takes one; false: there is none. */
  take(): boolean;
  succeeded(): void;
}

const most = 10;
const perSuccess = 0.1;

/** A full budget. */
export function createRetryBudget(): RetryBudget {
  let left: number = most;
  return {
    take() {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
    succeeded() {
      left = Math.min(most, left + perSuccess);
    },
  };
}
