/**
 * Turns a stream of readings into incidents: an agent decides when a subject's state changes for something worse than normal,
 * not on every sample in it; back to normal ends it without a decision. Noise at a threshold does not count
 * (`stepBand`). Bounded: the least recently seen subject is forgotten first.
 */
import { normalState, stepBand, type BandState, type Observation } from "./band-state.ts";

/** Remembers the state of each subject. */
export interface BandTracker {
  /** True where this reading begins something: an abnormal state that is not the one its subject was in before. */
  enters(observation: Observation): boolean;
}

/** A tracker over at most `limit` subjects (default 1,000). */
export function createBandTracker(limit = 1_000): BandTracker {
  const states = new Map<string, BandState>();
  return {
    enters(observation) {
      const { subject } = observation;
      const { state, begins } = stepBand(states.get(subject) ?? normalState, observation);
      states.delete(subject);
      // Without a state and a streak there is nothing to remember.
      if (state.rule === undefined && state.streak === undefined) return false;
      states.set(subject, state);
      const oldest = states.keys().next();
      if (states.size > limit && oldest.done !== true) states.delete(oldest.value);
      return begins;
    },
  };
}
