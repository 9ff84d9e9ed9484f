/**
 * A token bucket that fills at a leased rate, by the holder's monotonic clock. It fills no further than the end of its
 * lease and gives nothing after it. A take that is larger than the bucket leaves a debt, which later takes wait for.
 */

/** The bucket. */
export interface Bucket {
  /** Below 0: a debt. */
  readonly tokens: number;
  readonly atMs: number;
  readonly milliPerSecond: number;
  readonly untilMs: number;
  /** How long an unused rate is saved up, ms. */
  readonly burstMs: number;
}

/** An empty one without a rate. */
export function createBucket(burstMs: number): Bucket {
  return { tokens: 0, atMs: 0, milliPerSecond: 0, untilMs: 0, burstMs };
}

/** The bucket at `nowMs`. */
export function advanceBucket(bucket: Bucket, nowMs: number): Bucket {
  const filledMs = Math.max(0, Math.min(nowMs, bucket.untilMs) - bucket.atMs);
  const tokens = Math.min(depthOf(bucket), bucket.tokens + (filledMs * bucket.milliPerSecond) / 1e6);
  return { ...bucket, tokens, atMs: nowMs };
}

/** The bucket with another rate; what it holds stays, as far as it fits. */
export function grantBucket(bucket: Bucket, milliPerSecond: number, untilMs: number, nowMs: number): Bucket {
  const granted = { ...advanceBucket(bucket, nowMs), milliPerSecond, untilMs };
  return { ...granted, tokens: Math.min(granted.tokens, depthOf(granted)) };
}

/** The bucket after a take of `units`; undefined where it must wait. */
export function takeFromBucket(bucket: Bucket, units: number, nowMs: number): Bucket | undefined {
  const present = advanceBucket(bucket, nowMs);
  if (nowMs >= present.untilMs || present.milliPerSecond === 0 || present.tokens < neededFor(present, units))
    return undefined;
  return { ...present, tokens: present.tokens - units };
}

/** How long a take of `units` has to wait at this rate, ms; undefined: for another grant. */
export function waitMsOf(bucket: Bucket, units: number, nowMs: number): number | undefined {
  const present = advanceBucket(bucket, nowMs);
  if (present.milliPerSecond === 0 || nowMs >= present.untilMs) return undefined;
  return Math.max(0, ((neededFor(present, units) - present.tokens) * 1e6) / present.milliPerSecond);
}

/** Rounding of many small fillings must not make a full bucket fall short by a hair. */
const hair = 1e-9;

function neededFor(bucket: Bucket, units: number): number {
  return Math.min(units, depthOf(bucket)) - hair;
}

function depthOf({ milliPerSecond, burstMs }: Bucket): number {
  return Math.max(1, (milliPerSecond * burstMs) / 1e6);
}
