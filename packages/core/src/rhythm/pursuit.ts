/**
 * The monitor of one agent's pursuit: which of the goal's strategies, best first, is at work. It judges progress over a
 * window and switches when there is none; it goes back to a better one once that one works again.
 *
 * Hysteresis on both sides. A strategy has stalled if over a whole window it neither came nearer by a tenth nor within
 * twice the tolerance; it works if it is within the tolerance. One that cannot work (not ready) is left, and one that can
 * again is taken up, only after a quarter of a window in that condition. One that stalled is tried again after two
 * windows, then four, eight, sixteen.
 */

/** Why a strategy was left or taken up. */
export type SwitchCause =
  /** It made no progress over a window. */
  | "stalled"
  /** It made no progress, and its moves were cut for want of energy. */
  | "out-of-energy"
  /** It threw, or proposed or asked what is no number. */
  | "failed"
  /** It said that it cannot work now. */
  | "not-ready"
  /** A better one can work again. */
  | "better-ready"
  /** A better one that had failed or stalled gets another try. */
  | "better-retried"
  /** Another goal prefers others. */
  | "goal";

/** What is remembered between judgements; indices count the goal's strategies, 0 is the best. */
export interface Pursuit {
  readonly active: number;
  /** Start of the window under way, local monotonic ns. */
  readonly windowFromNs: number;
  readonly early: Tally;
  readonly late: Tally;
  /** Some move of this window was cut for want of energy. */
  readonly short: boolean;
  /** Since when the active one cannot work, or a better one can. */
  readonly unreadySinceNs: number | undefined;
  readonly betterSinceNs: number | undefined;
  /** Those that stalled or failed since they last worked. */
  readonly stalled: readonly number[];
  /** How often in a row, which doubles the wait. */
  readonly failures: number;
  readonly retryAtNs: number;
}

interface Tally {
  readonly sum: number;
  readonly count: number;
}

/** What one update shows. */
export interface PursuitSample {
  readonly nowNs: number;
  readonly windowNs: number;
  /** Median distance to the neighbours, cycles; undefined with nobody to compare with. */
  readonly distanceCycles: number | undefined;
  readonly toleranceCycles: number;
  readonly short: boolean;
  /** The active strategy threw, when asked for a move or whether it can work, or proposed nonsense. */
  readonly failed: boolean;
  /** By index: whether the strategy can work now. */
  readonly ready: readonly boolean[];
}

/** A change of strategy. */
export interface PursuitSwitch {
  readonly from: number;
  readonly to: number;
  readonly cause: SwitchCause;
}

const nothing: Tally = { sum: 0, count: 0 };
const progressFactor = 0.9;
const stalledBeyondTolerances = 2;
const backoffsMax = 4;
/** A half window with fewer samples proves nothing. */
const samplesMin = 2;

/** A pursuit that begins with the best strategy. */
export function beginPursuit(nowNs: number): Pursuit {
  return {
    active: 0,
    windowFromNs: nowNs,
    early: nothing,
    late: nothing,
    short: false,
    unreadySinceNs: undefined,
    betterSinceNs: undefined,
    stalled: [],
    failures: 0,
    retryAtNs: Infinity,
  };
}

/** Takes one update in; says whether to switch. */
export function judgePursuit(
  pursuit: Pursuit,
  sample: PursuitSample,
): { readonly pursuit: Pursuit; readonly switched?: PursuitSwitch } {
  const seen = observed(pursuit, sample);
  if (sample.failed) return leave(seen, sample, "failed");
  const { nowNs, windowNs } = sample;
  if (nowNs - (seen.unreadySinceNs ?? nowNs) >= windowNs / 4) return leave(seen, sample, "not-ready");
  const better = betterThan(seen, sample);
  if (better !== undefined && nowNs - (seen.betterSinceNs ?? nowNs) >= windowNs / 4)
    return take(seen, sample, better, "better-ready");
  if (nowNs - seen.windowFromNs < windowNs) return { pursuit: seen };
  if (hasStalled(seen, sample)) return leave(seen, sample, seen.short ? "out-of-energy" : "stalled");
  const retried = nowNs >= seen.retryAtNs ? sample.ready.findIndex((ready, index) => ready && index < seen.active) : -1;
  if (retried >= 0) return take(seen, sample, retried, "better-retried");
  return { pursuit: nextWindow(works(seen, sample), nowNs) };
}

function observed(pursuit: Pursuit, sample: PursuitSample): Pursuit {
  const { nowNs, windowNs, distanceCycles, ready, short } = sample;
  const isLate = nowNs - pursuit.windowFromNs >= windowNs / 2;
  const add = (tally: Tally, here: boolean): Tally =>
    here && distanceCycles !== undefined ? { sum: tally.sum + distanceCycles, count: tally.count + 1 } : tally;
  return {
    ...pursuit,
    early: add(pursuit.early, !isLate),
    late: add(pursuit.late, isLate),
    short: pursuit.short || short,
    unreadySinceNs: ready[pursuit.active] === false ? (pursuit.unreadySinceNs ?? nowNs) : undefined,
    betterSinceNs: betterThan(pursuit, sample) === undefined ? undefined : (pursuit.betterSinceNs ?? nowNs),
  };
}

/** The best one above the active that can work and did not stall. */
function betterThan(pursuit: Pursuit, { ready }: PursuitSample): number | undefined {
  const index = ready.findIndex((can, at) => can && at < pursuit.active && !pursuit.stalled.includes(at));
  return index < 0 ? undefined : index;
}

function hasStalled({ early, late }: Pursuit, { toleranceCycles }: PursuitSample): boolean {
  if (early.count < samplesMin || late.count < samplesMin) return false;
  const now = late.sum / late.count;
  return now > stalledBeyondTolerances * toleranceCycles && now > progressFactor * (early.sum / early.count);
}

/** A strategy that worked for a window has its failures forgotten. */
function works(pursuit: Pursuit, { toleranceCycles }: PursuitSample): Pursuit {
  const { late, active, stalled } = pursuit;
  if (late.count < samplesMin || late.sum / late.count > toleranceCycles) return pursuit;
  const others = stalled.filter((index) => index !== active);
  return { ...pursuit, stalled: others, failures: others.length === 0 ? 0 : pursuit.failures };
}

/** To the next one that can work, round the list; if there is none, the active one stays. */
function leave(pursuit: Pursuit, sample: PursuitSample, cause: SwitchCause) {
  const { nowNs, ready } = sample;
  const count = ready.length;
  const order = Array.from({ length: count - 1 }, (_, step) => (pursuit.active + 1 + step) % count);
  const to = order.find((index) => ready[index]);
  if (to === undefined) return { pursuit: nextWindow({ ...pursuit, unreadySinceNs: undefined }, nowNs) };
  const counts = cause !== "not-ready";
  const failures = pursuit.failures + (counts ? 1 : 0);
  const stalled = counts ? [...new Set([...pursuit.stalled, pursuit.active])] : pursuit.stalled;
  return take({ ...pursuit, stalled, failures }, sample, to, cause);
}

/** To another one; if that stalls again, `leave` doubles the wait for the next try. */
function take(pursuit: Pursuit, sample: PursuitSample, to: number, cause: SwitchCause) {
  const switched = { from: pursuit.active, to, cause };
  const retryAtNs = retryAfter(pursuit, sample, to, cause);
  return { pursuit: nextWindow({ ...pursuit, active: to, retryAtNs }, sample.nowNs), switched };
}

/** When one of those above `to` that stalled gets its next try: as long as there are any, it comes. */
function retryAfter(pursuit: Pursuit, { nowNs, windowNs }: PursuitSample, to: number, cause: SwitchCause): number {
  const { stalled, failures, retryAtNs } = pursuit;
  if (!stalled.some((index) => index < to)) return Infinity;
  const keeps = (cause === "not-ready" || cause === "better-ready") && retryAtNs < Infinity;
  return keeps ? retryAtNs : nowNs + windowNs * 2 ** Math.min(failures, backoffsMax);
}

function nextWindow(pursuit: Pursuit, nowNs: number): Pursuit {
  return {
    ...pursuit,
    windowFromNs: nowNs,
    early: nothing,
    late: nothing,
    short: false,
    unreadySinceNs: undefined,
    betterSinceNs: undefined,
  };
}
