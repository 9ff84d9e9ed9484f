/** The move of those who hold a reference that they already share: a third of the way to the neighbours' median. */
import { weightedMedian } from "../phase-arithmetic.ts";
import type { Sighting } from "../strategy.ts";

/** How far towards the neighbours' median one update goes; 0.3 was the measured optimum. */
const couplingGain = 0.3;
/** Beyond this many cycles from the median an agent jumps instead of creeping. */
const jumpBeyondCycles = 0.1;

/** Cycles to move by: a gain of 0.3 near the median, the whole way when far off; 0 with nobody to hear. */
export function holdByMedian(neighbours: readonly Sighting[]): number {
  const error = weightedMedian(
    neighbours.map(({ errorCycles, influence }) => ({ value: errorCycles, weight: influence })),
  );
  if (error === undefined) return 0;
  return Math.abs(error) > jumpBeyondCycles ? error : couplingGain * error;
}
