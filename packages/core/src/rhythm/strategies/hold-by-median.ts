/**
 * The move of those who hold a reference that they already share: part of the way to the neighbours' median, and as much as
 * one's own clock was found to drift. While updates are frequent the drift between two of them is nothing, and a third of the
 * way was the measured optimum; at two updates a second a clock that is 100 ppm off would always lag by a third of a
 * millisecond. So the drift is learnt there, by an integrator that leaks and is clamped, for a free one runs away, and the
 * part of the way is a smaller one, which averages over more exchanges. A difference that no drift makes between two updates is
 * left over from a start or an overload: it is closed as fast as while updates are frequent, and nothing is learnt from it.
 */
import { weightedMedian } from "../phase-arithmetic.ts";
import type { Proposal, StrategyView } from "../strategy.ts";

/** How far towards the neighbours' median one update goes. */
const couplingGain = { frequent: 0.3, seldom: 0.15 } as const;
/** Updates that are further apart than this are seldom, ns. */
const seldomNs = 250e6;
/** Beyond this many cycles from the median an agent jumps instead of creeping. */
const jumpBeyondCycles = 0.1;
/** What the rate learns of a difference that lasts, per s². */
const rateGain = 0.05;
const rateLimit = 300e-6;
/** After this long without a difference the learnt rate has fallen to 1/e, ns. */
const leakNs = 60e9;
/** A larger difference than this is none of drift, and after a longer pause than this it is not known when it came, ns. */
const drift = { belowNs: 1e6, withinNs: 1e9 } as const;

/** What to move by, and the rate to remember; with nobody to hear, what the clock was found to drift. */
export function holdByMedian({ neighbours, elapsedNs, goal, memory }: StrategyView): Proposal {
  const error = weightedMedian(
    neighbours.map(({ errorCycles, influence }) => ({ value: errorCycles, weight: influence })),
  );
  const kept = (memory[0] ?? 0) * Math.exp(-elapsedNs / leakNs);
  const drifted = (rate: number): number => (rate * elapsedNs) / goal.periodNs;
  if (error === undefined) return { moveCycles: drifted(kept), memory: [kept] };
  if (Math.abs(error) > jumpBeyondCycles) return { moveCycles: error, isJump: true, memory: [kept] };
  if (elapsedNs < seldomNs) return { moveCycles: couplingGain.frequent * error + drifted(kept), memory: [kept] };
  const errorNs = error * goal.periodNs;
  const isDrift = Math.abs(errorNs) < drift.belowNs && elapsedNs <= drift.withinNs;
  const gain = isDrift ? couplingGain.seldom : couplingGain.frequent;
  const learnt = isDrift ? (rateGain * errorNs * elapsedNs) / 1e18 : 0;
  const rate = Math.min(rateLimit, Math.max(-rateLimit, kept + learnt));
  return { moveCycles: gain * error + drifted(rate), memory: [rate] };
}
