/** What is news about the store: that it went or came back, and that it may have lost writes (S1). */
import type { StoreStatus } from "@entrain/ports";
import type { DegradedEvent } from "./agent-emitter.ts";

/** Turns states of the store into news. */
export interface Degradation {
  see(status: StoreStatus): void;
}

/** Nothing is told while all is as it should be: the first connection of all is no news. */
export function createDegradation(onDegraded: (event: DegradedEvent) => void): Degradation {
  let told: DegradedEvent = { degraded: false, generation: 0 };
  return {
    see({ up, generation }) {
      const before = told;
      told = { degraded: !up, generation };
      const lostWrites = before.generation > 0 && generation > before.generation;
      if (told.degraded !== before.degraded || lostWrites) onDegraded(told);
    },
  };
}
