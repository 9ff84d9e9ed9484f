/**
 * An agent's own instant in each period of a job that every agent runs: its place in the slot plan (rank among the members
 * of one membership version), so that the runs of a swarm are evenly spread and a member that comes or goes moves each of
 * the others by less than a slot.
 *
 * Invariant: while the period and the agent live, the agent runs once in each cycle. A plan that changes in mid-cycle moves
 * a run that is still to come, never into the past; a run that has been stays.
 */

/** A planned run of one agent. */
export interface PlannedSlot {
  /** Periods since the Unix epoch: the name of the run, and higher for each later one. */
  readonly cycle: number;
  /** Unix ms. */
  readonly atMs: number;
}

/** Where a place in [0, 1) of a cycle lies, Unix ms. */
export function slotAtMs(cycle: number, placeCycles: number, periodMs: number): number {
  return Math.round((cycle + placeCycles) * periodMs);
}

/** The first slot of an agent that begins now: one that has passed in the present cycle is not made up for. */
export function firstSlot(placeCycles: number, periodMs: number, nowMs: number): PlannedSlot {
  const cycle = Math.floor(nowMs / periodMs);
  const atMs = slotAtMs(cycle, placeCycles, periodMs);
  return atMs > nowMs ? { cycle, atMs } : slotAfter(cycle, placeCycles, periodMs);
}

/** The slot in the cycle that follows `cycle`. */
export function slotAfter(cycle: number, placeCycles: number, periodMs: number): PlannedSlot {
  return { cycle: cycle + 1, atMs: slotAtMs(cycle + 1, placeCycles, periodMs) };
}

/** The planned slot under another plan: moved, unless it would lie in the past. */
export function replanSlot(planned: PlannedSlot, placeCycles: number, periodMs: number, nowMs: number): PlannedSlot {
  const atMs = slotAtMs(planned.cycle, placeCycles, periodMs);
  return atMs > nowMs ? { cycle: planned.cycle, atMs } : planned;
}

/** What became of a planned slot by `nowMs`: how many were missed, and the one to wait for or to run. */
export function catchUpSlot(
  planned: PlannedSlot,
  { placeCycles, periodMs, graceMs }: { placeCycles: number; periodMs: number; graceMs: number },
  nowMs: number,
): { readonly missed: number; readonly planned: PlannedSlot } {
  if (nowMs - planned.atMs <= graceMs) return { missed: 0, planned };
  const present = Math.floor(nowMs / periodMs);
  const latest = Math.max(planned.cycle + 1, present - 1);
  for (let cycle = latest; ; cycle++) {
    const atMs = slotAtMs(cycle, placeCycles, periodMs);
    if (nowMs - atMs <= graceMs) return { missed: cycle - planned.cycle, planned: { cycle, atMs } };
  }
}
