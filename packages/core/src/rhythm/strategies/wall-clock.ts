/**
 * The baseline to admit: wall clocks that chrony or PTP disciplines, and phase = UTC modulo the period. It hears nobody,
 * so it needs no message and survives every partition, and it is exactly as good as the worst clock of the fleet.
 */
import type { Strategy } from "../strategy.ts";

const gain = 0.3;
/** Beyond this difference the clock was set, not slewed: follow at once, cycles. */
const jumpBeyondCycles = 0.1;

/** The goal's anchor counted on by the disciplined wall clock. */
export const wallClock: Strategy = {
  name: "wall-clock",
  serves: ["sync", "spread", "cluster", "coherence"],
  entry: "number",
  price: { perUpdate: 0.1, perRad: 2 },
  propose({ wallCycle, cycle }) {
    const error = wallCycle - cycle;
    const isJump = Math.abs(error) > jumpBeyondCycles;
    return { moveCycles: isJump ? error : gain * error, isJump };
  },
};
