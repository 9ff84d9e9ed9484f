/**
 * How often an agent speaks and to how many: often while something is new, seldom once the swarm holds. The figures are
 * those that were measured to be enough (docs/rhythm.md).
 */

const milli = 1e6;

/** After a join, a new goal or a new neighbour, updates are frequent for this long, ns. */
export const settleNs = 1e9;
/** An agent that is still out of step updates frequently for this long after it, ns. */
export const settleAtMostNs = 10e9;

/** Agents of one process beyond which they update more seldom while something is new, so that one core can follow. */
const crowdMin = 50;
const settledNs = 500 * milli;

/**
 * Pause between two updates (ns): T/5 within 20 ms .. 1 s while something is new, then at most two a second. Of a process with
 * a crowd of agents longer in proportion, up to half a second: all of them at the full pace would be out of step for want of a
 * processor, and for that keep the pace up.
 */
export function updateIntervalNs(periodNs: number, settled: boolean, crowd = 1): number {
  if (settled) return settledNs;
  const alone = Math.min(Math.max(periodNs / 5, 20 * milli), 1_000 * milli);
  return Math.max(alone, Math.min(settledNs, alone * (crowd / crowdMin)));
}

/** So long before and after its beat an agent does not speak, ns, but at most a quarter of the period. */
const quietNs = 20 * milli;

/**
 * The instant of an update that was due at `dueNs`, moved out of the quiet around the own beat: who beats has other things to do,
 * and on a host of many processes what one of them sends and all others read just then is what the beats of the others wait for.
 * What is moved goes to the first half of the cycle, by the agent's `share` of it (0..1), so that not all speak at once.
 */
export function betweenBeats(dueNs: number, beatNs: number, periodNs: number, share: number): number {
  const guardNs = Math.min(quietNs, periodNs / 4);
  const sinceNs = dueNs - beatNs - periodNs * Math.floor((dueNs - beatNs) / periodNs);
  if (sinceNs >= guardNs && sinceNs <= periodNs - guardNs) return dueNs;
  const lastBeatNs = dueNs - sinceNs + (sinceNs < guardNs ? 0 : periodNs);
  return lastBeatNs + guardNs + share * Math.min(5 * quietNs, periodNs / 2 - guardNs);
}

/** How many neighbours an agent keeps among `members`: 8 where a process hosts one agent, 16 where frames are batched. */
export function neighbourLimit(members: number, batched: boolean): number {
  return Math.max(0, Math.min(members - 1, batched ? 16 : 8));
}
