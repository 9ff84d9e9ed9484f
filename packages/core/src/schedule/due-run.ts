/**
 * Which fire time of a job is due, and which ones were missed: a function of what is settled, the clock and the policy.
 *
 * A fire time is settled when its run ended, or when it was given up as missed. Runs of one job never overlap, so that of
 * several fire times that are not settled only the latest can still be run; the others are missed.
 */

/** The fire times of a job. Pure: the same for every process that has the same expression. */
export interface FireTimes {
  /** Two definitions that fire differently differ in it. */
  readonly text: string;
  /** The first one after an instant, Unix ms; undefined: there is none any more. */
  after(unixMs: number): number | undefined;
}

/** What becomes of a fire time that nobody claimed in time. */
export type MissedPolicy = "skip" | "run-once";

/** How long after its instant a fire time may still be claimed, and what comes after that. */
export interface LatePolicy {
  readonly graceMs: number;
  readonly missed: MissedPolicy;
}

/** Fire times that were missed, one after the other. */
export interface MissedRuns {
  readonly count: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What there is to do. */
export type Due =
  | { readonly kind: "wait"; readonly nextAtMs: number | undefined }
  | {
      readonly kind: "due";
      readonly missed: MissedRuns | undefined;
      /** To be run now; undefined: nothing but misses. */
      readonly fireAtMs: number | undefined;
      /** The first fire time that is not due yet. */
      readonly nextAtMs: number | undefined;
    };

/** Fire times that one look walks through; what is older is looked at by the next one. */
const walkMax = 1_000;

/** What is due at `nowMs` of a job that is settled up to `settledMs`. */
export function dueRun(times: FireTimes, settledMs: number, nowMs: number, policy: LatePolicy): Due {
  const passed: number[] = [];
  let nextAtMs = times.after(settledMs);
  while (nextAtMs !== undefined && nextAtMs <= nowMs && passed.length < walkMax) {
    passed.push(nextAtMs);
    nextAtMs = times.after(nextAtMs);
  }
  const latest = passed.at(-1);
  if (latest === undefined) return { kind: "wait", nextAtMs };
  const isLatestOfAll = nextAtMs === undefined || nextAtMs > nowMs;
  const runs = isLatestOfAll && (policy.missed === "run-once" || nowMs - latest <= policy.graceMs);
  if (runs) passed.pop();
  return { kind: "due", missed: missedOf(passed), fireAtMs: runs ? latest : undefined, nextAtMs };
}

function missedOf(passed: readonly number[]): MissedRuns | undefined {
  const [fromMs, toMs] = [passed[0], passed.at(-1)];
  return fromMs === undefined || toMs === undefined ? undefined : { count: passed.length, fromMs, toMs };
}

/** The multiples of a period since the Unix epoch. */
export function everyTimes(periodMs: number): FireTimes {
  return { text: `every ${periodMs} ms`, after: (unixMs) => (Math.floor(unixMs / periodMs) + 1) * periodMs };
}
