/**
 * Kuramoto's coupling (1975): each update moves by g times the mean sine of the neighbours' differences. Delay is
 * compensated before a strategy sees a phase; uncompensated it needs four times as long or never arrives.
 */
import type { Strategy, StrategyView } from "../strategy.ts";
import { meanDirection, wrapCycles } from "../phase-arithmetic.ts";

/** Rad per update at full disagreement of a quarter turn; 0.5 reached R = 0.99 in 400 to 1440 ms for 10 to 5000 agents. */
const gainRad = 0.5;

/** Classic nudging. */
export const phaseNudge: Strategy = {
  name: "phase-nudge",
  serves: ["sync", "spread", "cluster", "coherence"],
  entry: "number",
  price: { perUpdate: 0.1, perRad: 2 },
  propose: (view) => ({ moveCycles: nudge(view, gainRad) }),
};

/** Cycles of one Kuramoto step with gain `gain` (rad). */
function nudge({ neighbours }: StrategyView, gain: number): number {
  const mean = meanDirection(
    neighbours.map(({ errorCycles, influence }) => ({ cycles: wrapCycles(errorCycles), weight: influence })),
  );
  if (mean === undefined) return 0;
  return (gain / (2 * Math.PI)) * mean.agreement * Math.sin(2 * Math.PI * mean.cycles);
}
