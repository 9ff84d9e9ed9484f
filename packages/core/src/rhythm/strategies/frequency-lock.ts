/**
 * A second-order loop: half of the mean difference at once, and a small correction of the own rate that learns the drift
 * between the clocks. The integrator leaks and is clamped to ±300 ppm, for one that is free runs away.
 */
import { meanDirection, wrapCycles } from "../phase-arithmetic.ts";
import type { Strategy, StrategyView } from "../strategy.ts";

const syncRate = 0.5;
/** Share of the difference, per cycle passed, that the rate takes up. */
const rateGain = 0.002;
const rateLimit = 300e-6;
/** After this long without a difference the learnt rate has fallen to 1/e, ns. */
const leakNs = 30e9;
/** Below this agreement a mean direction says little about drift. */
const agreementFloor = 0.9;

/** Classic frequency lock. */
export const frequencyLock: Strategy = {
  name: "frequency-lock",
  serves: ["sync", "spread", "cluster", "coherence"],
  entry: "number",
  price: { perUpdate: 0.2, perRad: 3 },
  propose(view) {
    const elapsedCycles = view.elapsedNs / view.goal.periodNs;
    const kept = (view.memory[0] ?? 0) * Math.exp(-view.elapsedNs / leakNs);
    const mean = directionOf(view);
    const learnt = mean !== undefined && mean.agreement >= agreementFloor ? rateGain * mean.cycles * elapsedCycles : 0;
    const rate = Math.min(rateLimit, Math.max(-rateLimit, kept + learnt));
    return { moveCycles: syncRate * (mean?.cycles ?? 0) + rate * elapsedCycles, memory: [rate] };
  },
};

function directionOf({ neighbours }: StrategyView) {
  return meanDirection(
    neighbours.map(({ errorCycles, influence }) => ({ cycles: wrapCycles(errorCycles), weight: influence })),
  );
}
