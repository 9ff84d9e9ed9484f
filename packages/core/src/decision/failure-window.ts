/**
 * The share of recent attempts that failed: the last `countMax` of them, and only those of the last `windowMs`. The bound
 * in time matters as much as the one in number: a failing reasoner lowers its agent's health, bad health brings the
 * swarm into safe mode, and in safe mode no reasoner is asked. Without forgetting, nothing would ever lead out again.
 */

/** Counts failures; instants are monotonic ms. */
export interface FailureWindow {
  record(nowMs: number, failed: boolean): void;
  /** 0..1; 0 where nothing was tried lately. */
  rate(nowMs: number): number;
}

/** An empty window (defaults: 50 attempts, 60,000 ms). */
export function createFailureWindow(countMax = 50, windowMs = 60_000): FailureWindow {
  const attempts: { readonly atMs: number; readonly failed: boolean }[] = [];
  return {
    record(nowMs, failed) {
      attempts.push({ atMs: nowMs, failed });
      if (attempts.length > countMax) attempts.shift();
    },
    rate(nowMs) {
      const recent = attempts.filter(({ atMs }) => nowMs - atMs <= windowMs);
      return recent.length === 0 ? 0 : recent.filter(({ failed }) => failed).length / recent.length;
    },
  };
}
