/** How far an agent is from the neighbours' reference: what most strategies aim to bring to nothing. */
import { medianOf } from "./order-parameter.ts";
import { wrapCycles } from "./phase-arithmetic.ts";
import type { StrategyView } from "./strategy.ts";

/** The median distance of the neighbours' references, cycles; undefined with nobody to compare with. */
export function referenceDistance({ neighbours }: Pick<StrategyView, "neighbours">): number | undefined {
  return medianOf(neighbours.map(({ errorCycles }) => Math.abs(wrapCycles(errorCycles))));
}
