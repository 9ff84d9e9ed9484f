/**
 * Spread without a plan: each agent moves towards the midpoint between the beats just before and after its own (DESYNC,
 * Degesys, Rose, Patel, Nagpal 2007). It closes the hole that a silent neighbour left while the registry is away. It
 * converges slowly in a large swarm (970 rounds for 200 agents) and only as evenly as an agent hears those next to it.
 */
import { wrapCycles } from "../phase-arithmetic.ts";
import { referenceDistance } from "../reference-distance.ts";
import type { Sighting, Strategy } from "../strategy.ts";
import { holdByMedian } from "./hold-by-median.ts";

/** The paper's step size: how much of the way to the midpoint one cycle goes. */
const stepPerCycle = 0.95;

/** Midpoint between one's neighbours in phase, on a flooded reference. */
export const desyncRepair: Strategy = {
  name: "desync-repair",
  serves: ["spread"],
  entry: "adopt",
  price: { perUpdate: 0.1, perRad: 2 },
  propose(view) {
    const { neighbours, offsetCycles, elapsedNs, goal } = view;
    const share = Math.min(1, (stepPerCycle * elapsedNs) / goal.periodNs);
    // Ahead in phase is a smaller offset: the beat comes earlier in the cycle.
    const wanted = offsetCycles - share * towardsMidpoint(neighbours);
    return { ...holdByMedian(view), offsetCycles: wanted - Math.floor(wanted) };
  },
  error(view) {
    const distance = referenceDistance(view);
    return distance === undefined ? undefined : Math.max(distance, Math.abs(towardsMidpoint(view.neighbours)));
  },
};

/** Cycles by which the midpoint is ahead; 0 with fewer than two others. */
function towardsMidpoint(neighbours: readonly Sighting[]): number {
  if (neighbours.length < 2) return 0;
  let ahead = 1;
  let behind = 1;
  for (const { beatAheadCycles } of neighbours) {
    const forward = wrapCycles(beatAheadCycles) < 0 ? wrapCycles(beatAheadCycles) + 1 : wrapCycles(beatAheadCycles);
    ahead = Math.min(ahead, forward);
    behind = Math.min(behind, 1 - forward);
  }
  return (ahead - behind) / 2;
}
