/**
 * An oscillator on the local monotonic clock (R1): a cycle count that grows by dt / T. The whole part of the count is
 * the beat's number, its fraction times 2π the phase. Counting whole cycles instead of wrapping phases gives every beat
 * its name, and makes "the same n for all" a plain difference.
 *
 * A double keeps a count of n cycles to n · 2⁻⁵² cycles, thus an age of one year to 7 ns.
 */
import { periodFromCycleOf, type GoalRecord } from "./goal.ts";

/** A slope that begins at a count, and what may follow on it: a goal may be set while the one before it is still ahead. */
export interface SlopeAhead {
  readonly fromCycle: number;
  readonly periodNs: number;
  readonly next?: SlopeAhead | undefined;
}

/** A straight line from time to cycles, with the changes of slope that lie ahead, in the order of their counts. */
export interface Oscillator {
  /** Local monotonic instant at which the count was `anchorCycle`, ns. */
  readonly anchorNs: number;
  readonly anchorCycle: number;
  readonly periodNs: number;
  /** The next goal's slope, from where its period holds. */
  readonly next: SlopeAhead | undefined;
  /** The slope before the present one: what was heard of a neighbour may be from then. */
  readonly before?: { readonly untilCycle: number; readonly periodNs: number } | undefined;
}

/** Its slopes alone. */
export type Slopes = Pick<Oscillator, "periodNs" | "next" | "before">;

/** An oscillator that stands at `cycle` at the instant `nowNs`. */
export function createOscillator(nowNs: number, cycle: number, periodNs: number): Oscillator {
  return { anchorNs: nowNs, anchorCycle: cycle, periodNs, next: undefined };
}

/** Cycle count at a local monotonic instant (ns). */
export function cycleAt(oscillator: Oscillator, nowNs: number): number {
  const cycle = oscillator.anchorCycle + (nowNs - oscillator.anchorNs) / oscillator.periodNs;
  const { next } = oscillator;
  return next === undefined || cycle <= next.fromCycle ? cycle : cycleAt(after(oscillator, next), nowNs);
}

/** Local monotonic instant (ns) at which the count is `cycle`. */
export function instantOf(oscillator: Oscillator, cycle: number): number {
  const { next } = oscillator;
  if (next === undefined || cycle <= next.fromCycle) return straight(oscillator, cycle);
  return instantOf(after(oscillator, next), cycle);
}

function straight({ anchorNs, anchorCycle, periodNs }: Oscillator, cycle: number): number {
  return anchorNs + (cycle - anchorCycle) * periodNs;
}

/** The line from where the next slope begins. */
function after(oscillator: Oscillator, { fromCycle, periodNs, next }: SlopeAhead): Oscillator {
  return { anchorNs: straight(oscillator, fromCycle), anchorCycle: fromCycle, periodNs, next };
}

/** The line of somebody who pursues the same goals and stood at `cycle` at the instant `atNs`. */
export function lineThrough({ periodNs, next, before }: Slopes, atNs: number, cycle: number): Oscillator {
  if (before === undefined || cycle >= before.untilCycle)
    return { anchorNs: atNs, anchorCycle: cycle, ...slopesFrom(cycle, { periodNs, next, before }) };
  const present: SlopeAhead = { fromCycle: before.untilCycle, periodNs, next };
  return { anchorNs: atNs, anchorCycle: cycle, periodNs: before.periodNs, next: present };
}

/** The same oscillator, anew anchored at `nowNs` and moved by `cycles`; slopes whose counts have come are taken over. */
export function shifted(oscillator: Oscillator, nowNs: number, cycles: number): Oscillator {
  const anchorCycle = cycleAt(oscillator, nowNs) + cycles;
  return { anchorNs: nowNs, anchorCycle, ...slopesFrom(anchorCycle, oscillator) };
}

/** The slopes that still matter at a count. */
function slopesFrom(cycle: number, { periodNs, next, before }: Slopes): Slopes {
  if (next === undefined || cycle < next.fromCycle) return { periodNs, next, before };
  const passed = { untilCycle: next.fromCycle, periodNs };
  return slopesFrom(cycle, { periodNs: next.periodNs, next: next.next, before: passed });
}

/** The oscillator under a new goal, whose period holds from its count on, whatever was to follow from there. */
export function withGoal(oscillator: Oscillator, nowNs: number, goal: GoalRecord): Oscillator {
  const { periodNs } = goal;
  const fromCycle = periodFromCycleOf(goal);
  const here = shifted(oscillator, nowNs, 0);
  if (here.anchorCycle >= fromCycle) {
    // The change came late: what passed since then passed at the new slope.
    const sinceNs = (here.anchorCycle - fromCycle) * here.periodNs;
    const before = { untilCycle: fromCycle, periodNs: here.periodNs };
    return { ...createOscillator(nowNs, fromCycle + sinceNs / periodNs, periodNs), before };
  }
  return { ...here, next: followedBy(here.next, { fromCycle, periodNs }) };
}

/** `last` behind those of `first` that begin before it. */
function followedBy(first: SlopeAhead | undefined, last: SlopeAhead): SlopeAhead {
  if (first === undefined || first.fromCycle >= last.fromCycle) return last;
  return { ...first, next: followedBy(first.next, last) };
}

/** The period that holds at a count, ns. */
export function periodAt({ periodNs, next }: Pick<Oscillator, "periodNs" | "next">, cycle: number): number {
  return next === undefined || cycle < next.fromCycle ? periodNs : periodAt({ next: undefined, ...next }, cycle);
}
