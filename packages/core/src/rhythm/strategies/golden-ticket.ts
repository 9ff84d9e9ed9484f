/**
 * Spread for those whose beat must not move when others come and go: ticket n stands at the fractional part of n/φ. Any
 * run of tickets from 0 on leaves no gap above 1.9 times the even one (three-distance theorem: Sós 1958); tickets that
 * leave make holes until they are dealt again.
 */
import { referenceDistance } from "../reference-distance.ts";
import { unplannedPlace } from "../slot-plan.ts";
import type { Strategy, StrategyView } from "../strategy.ts";
import { holdByMedian } from "./hold-by-median.ts";

const inverseGoldenRatio = (Math.sqrt(5) - 1) / 2;

/** A lasting place by ticket, on a flooded reference; without a ticket the place is the id's hash. */
export const goldenTicket: Strategy = {
  name: "golden-ticket",
  serves: ["spread"],
  entry: "adopt",
  price: { perUpdate: 0.1, perRad: 2 },
  propose: (view) => ({ ...holdByMedian(view), offsetCycles: ticketOffset(view) }),
  error: referenceDistance,
};

function ticketOffset({ place, agentId }: StrategyView): number {
  if (place?.ticket === undefined) return unplannedPlace(agentId);
  const turns = place.ticket * inverseGoldenRatio;
  return turns - Math.floor(turns);
}
