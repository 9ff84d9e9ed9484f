/** How much of a rate a holder wants: what was asked of it lately, some room to grow, and what waits. */

/** What was asked of a holder since its last refresh. */
export interface Demand {
  /** Units asked for, taken or not. */
  readonly askedUnits: number;
  readonly waitingUnits: number;
  readonly elapsedMs: number;
  /** What it wanted before; 0 at first. */
  readonly previousMilli: number;
}

/** Room to grow until the next refresh. */
const headroom = 1.25;
/** Where takes wait, less was asked than would have been: then this many times what it wanted before. */
const starvedGrowth = 2;
/** A demand that ceases is given back by this factor at each refresh, not at once: it may return. */
const decay = 0.7;

/** Asked for at first, when nothing is known yet: a tenth of the limit, or this if that is more. */
const firstMilli = 10_000;

/** The rate to ask for, thousandths per second. */
export function wantedMilli(demand: Demand, limitMilli: number): number {
  const floorMilli = Math.min(limitMilli, Math.max(1_000, Math.floor(limitMilli / 100)));
  if (demand.previousMilli === 0) return Math.min(limitMilli, Math.max(firstMilli, Math.floor(limitMilli / 10)));
  const askedMilli = (demand.askedUnits * 1e6) / Math.max(1, demand.elapsedMs);
  const wanted = headroom * askedMilli + demand.waitingUnits * 1_000;
  const kept = demand.previousMilli * (demand.waitingUnits > 0 ? starvedGrowth : decay);
  return Math.min(limitMilli, Math.max(floorMilli, Math.ceil(Math.max(wanted, kept))));
}
