/**
 * An oscillator on the local monotonic clock (R1): a cycle count that grows by dt / T. The whole part of the count is
 * the beat's number, its fraction times 2π the phase. Counting whole cycles instead of wrapping phases gives every beat
 * its name, and makes "the same n for all" a plain difference.
 *
 * A double keeps a count of n cycles to n · 2⁻⁵² cycles, thus an age of one year to 7 ns.
 */
import type { GoalRecord } from "./goal.ts";

/** A straight line from time to cycles, with at most one change of slope ahead. */
export interface Oscillator {
  /** Local monotonic instant at which the count was `anchorCycle`, ns. */
  readonly anchorNs: number;
  readonly anchorCycle: number;
  readonly periodNs: number;
  /** The next goal's slope, from its first beat on. */
  readonly next: { readonly effectiveBeat: number; readonly periodNs: number } | undefined;
}

/** An oscillator that stands at `cycle` at the instant `nowNs`. */
export function createOscillator(nowNs: number, cycle: number, periodNs: number): Oscillator {
  return { anchorNs: nowNs, anchorCycle: cycle, periodNs, next: undefined };
}

/** Cycle count at a local monotonic instant (ns). */
export function cycleAt(oscillator: Oscillator, nowNs: number): number {
  const cycle = oscillator.anchorCycle + (nowNs - oscillator.anchorNs) / oscillator.periodNs;
  const { next } = oscillator;
  if (next === undefined || cycle <= next.effectiveBeat) return cycle;
  return next.effectiveBeat + ((cycle - next.effectiveBeat) * oscillator.periodNs) / next.periodNs;
}

/** Local monotonic instant (ns) at which the count is `cycle`. */
export function instantOf(oscillator: Oscillator, cycle: number): number {
  const { next } = oscillator;
  const straight = (until: number): number =>
    oscillator.anchorNs + (until - oscillator.anchorCycle) * oscillator.periodNs;
  if (next === undefined || cycle <= next.effectiveBeat) return straight(cycle);
  return straight(next.effectiveBeat) + (cycle - next.effectiveBeat) * next.periodNs;
}

/** The same oscillator, anew anchored at `nowNs` and moved by `cycles`; a slope whose beat has come is taken over. */
export function shifted(oscillator: Oscillator, nowNs: number, cycles: number): Oscillator {
  const here = cycleAt(oscillator, nowNs);
  const { next } = oscillator;
  const passed = next !== undefined && here >= next.effectiveBeat;
  return {
    anchorNs: nowNs,
    anchorCycle: here + cycles,
    periodNs: passed ? next.periodNs : oscillator.periodNs,
    next: passed ? undefined : next,
  };
}

/** The oscillator under a new goal, whose period holds from its effective beat on. */
export function withGoal(oscillator: Oscillator, nowNs: number, goal: GoalRecord): Oscillator {
  const here = shifted(oscillator, nowNs, 0);
  if (here.anchorCycle >= goal.effectiveBeat) {
    // The change came late: what passed since its beat passed at the new slope.
    const sinceNs = (here.anchorCycle - goal.effectiveBeat) * here.periodNs;
    return createOscillator(nowNs, goal.effectiveBeat + sinceNs / goal.periodNs, goal.periodNs);
  }
  return { ...here, next: { effectiveBeat: goal.effectiveBeat, periodNs: goal.periodNs } };
}
