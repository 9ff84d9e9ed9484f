/**
 * What a paid service may still be asked: a bucket that fills evenly up to a minute's worth. A call's cost is known only
 * afterwards, so the last one may take the bucket below zero; then nobody asks until it has filled up again.
 */

/** The bucket; instants are monotonic ms. */
export interface Spending {
  readonly left: number;
  readonly atMs: number;
}

const minuteMs = 60_000;

/** A full bucket. */
export function fullSpending(perMinute: number, nowMs: number): Spending {
  return { left: perMinute, atMs: nowMs };
}

/** The bucket now. */
export function spendingAt({ left, atMs }: Spending, perMinute: number, nowMs: number): Spending {
  const filled = left + (Math.max(0, nowMs - atMs) * perMinute) / minuteMs;
  return { left: Math.min(perMinute, filled), atMs: Math.max(atMs, nowMs) };
}

/** The bucket after a call of this cost. */
export function spend(spending: Spending, cost: number, perMinute: number, nowMs: number): Spending {
  const now = spendingAt(spending, perMinute, nowMs);
  return { ...now, left: now.left - cost };
}
