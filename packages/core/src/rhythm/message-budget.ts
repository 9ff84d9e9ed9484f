/**
 * How often an agent speaks and to how many: often while something is new, seldom once the swarm holds. The figures are
 * those that were measured to be enough (docs/rhythm.md).
 */

const milli = 1e6;

/** After a join, a new goal or a new neighbour, updates are frequent for this long, ns. */
export const settleNs = 1e9;
/** An agent that is still out of step updates frequently for this long after it, ns. */
export const settleAtMostNs = 10e9;

/** Pause between two updates (ns): T/5 within 20 ms .. 1 s while something is new, then at most two a second. */
export function updateIntervalNs(periodNs: number, settled: boolean): number {
  return settled ? 500 * milli : Math.min(Math.max(periodNs / 5, 20 * milli), 1_000 * milli);
}

/** How many neighbours an agent keeps among `members`: 8 where a process hosts one agent, 16 where frames are batched. */
export function neighbourLimit(members: number, batched: boolean): number {
  return Math.max(0, Math.min(members - 1, batched ? 16 : 8));
}
