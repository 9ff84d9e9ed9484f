/** Small steps only, none where they would change little, and none at all while the store is low. */
import { meanDirection, wrapCycles } from "../phase-arithmetic.ts";
import type { Strategy } from "../strategy.ts";

const stepShare = 0.1;
/** Differences below this are left alone, cycles: 0.1 rad, which alone keeps R above 0.99. */
const contentBelowCycles = 0.1 / (2 * Math.PI);
/** Below this share of the capacity the agent only recovers. */
const reserveShare = 0.2;
const resting = { perUpdate: 0.1, perRad: 0 } as const;

/** Classic energy-aware nudging. */
export const energyAware: Strategy = {
  name: "energy-aware",
  serves: ["sync", "spread", "cluster", "coherence"],
  entry: "number",
  price: { perUpdate: 0.2, perRad: 1 },
  propose({ neighbours, energyShare }) {
    const mean = meanDirection(
      neighbours.map(({ errorCycles, influence }) => ({ cycles: wrapCycles(errorCycles), weight: influence })),
    );
    if (mean === undefined || energyShare < reserveShare || Math.abs(mean.cycles) < contentBelowCycles)
      return { moveCycles: 0, price: resting };
    return { moveCycles: stepShare * mean.cycles };
  },
};
