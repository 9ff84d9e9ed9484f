/**
 * The default of spread, cluster and coherence: the common reference is flooded and held by the median, and the plan of
 * the membership says where on the cycle each agent beats. Perfectly even one propagation after a change. It needs a
 * plan that holds.
 */
import type { Strategy } from "../strategy.ts";
import { holdByMedian } from "./hold-by-median.ts";

/** A place from the plan, on a flooded reference. */
export const rankSlots: Strategy = {
  name: "rank-slots",
  serves: ["spread", "cluster", "coherence"],
  entry: "adopt",
  price: { perUpdate: 0.1, perRad: 2 },
  ready: ({ place, planHolds }) => place !== undefined && planHolds,
  propose: holdByMedian,
};
