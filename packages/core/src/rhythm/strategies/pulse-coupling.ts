/**
 * Pulse coupling (Mirollo and Strogatz 1990, with the pulse answered by the listener): silence between beats, and at the
 * first update after an own beat one strong step towards the neighbours. Few messages matter, each moves much.
 */
import { meanDirection, wrapCycles } from "../phase-arithmetic.ts";
import type { Strategy } from "../strategy.ts";

const amplitude = 0.8;
const resting = { perUpdate: 0.1, perRad: 0 } as const;

/** Classic pulse coupling; remembers the beat whose pulse it has answered. */
export const pulseCoupling: Strategy = {
  name: "pulse-coupling",
  serves: ["sync", "spread", "cluster", "coherence"],
  entry: "number",
  price: { perUpdate: 0.5, perRad: 4 },
  propose({ cycle, offsetCycles, neighbours, memory }) {
    const beat = Math.floor(cycle - offsetCycles);
    const answered = memory[0];
    const mean = meanDirection(
      neighbours.map(({ errorCycles, influence }) => ({ cycles: wrapCycles(errorCycles), weight: influence })),
    );
    if (answered === beat || mean === undefined)
      return { moveCycles: 0, memory: answered === undefined ? [] : [answered], price: resting };
    return { moveCycles: amplitude * mean.cycles, memory: [beat] };
  },
};
