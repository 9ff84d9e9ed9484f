/**
 * A strategy that selects: strong pulses while the neighbours disagree, frequency lock while they come together, gentle
 * nudges once they are, and the sparing one when energy is low. It keeps the memory of the one it selected last; another
 * one begins anew.
 */
import { meanDirection, wrapCycles } from "../phase-arithmetic.ts";
import type { Strategy, StrategyView } from "../strategy.ts";
import { energyAware } from "./energy-aware.ts";
import { frequencyLock } from "./frequency-lock.ts";
import { phaseNudge } from "./phase-nudge.ts";
import { pulseCoupling } from "./pulse-coupling.ts";

const stableAbove = 0.95;
const comingTogetherAbove = 0.5;
const lowEnergyShare = 0.25;

const selectable = [pulseCoupling, frequencyLock, phaseNudge, energyAware] as const;

/** Selects among the classic strategies at every update. */
export const adaptive: Strategy = {
  name: "adaptive",
  serves: ["sync", "spread", "cluster", "coherence"],
  entry: "number",
  price: { perUpdate: 0.2, perRad: 3 },
  propose(view) {
    const selected = select(view);
    const [last, ...kept] = view.memory;
    const index = selectable.indexOf(selected);
    const proposal = selected.propose({ ...view, memory: last === index ? kept : [] });
    return { price: selected.price, ...proposal, memory: [index, ...(proposal.memory ?? [])] };
  },
};

function select({ neighbours, energyShare }: StrategyView): (typeof selectable)[number] {
  if (energyShare < lowEnergyShare) return energyAware;
  // Oneself is one of those who agree or not: a lone neighbour always agrees with itself.
  const all = [...neighbours.map(({ errorCycles }) => wrapCycles(errorCycles)), 0];
  const agreement = meanDirection(all.map((cycles) => ({ cycles, weight: 1 })))?.agreement ?? 1;
  if (agreement > stableAbove) return phaseNudge;
  return agreement > comingTogetherAbove ? frequencyLock : pulseCoupling;
}
