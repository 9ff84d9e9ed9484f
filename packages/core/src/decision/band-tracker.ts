/**
 * Turns a stream of classified readings into incidents: an agent decides when a subject's state changes for something
 * worse than normal, not on every sample in it. A subject is in one state at a time, named by the first rule that
 * concerns it; back to normal ends it without a decision. Bounded: the least recently seen subject is forgotten first.
 */
import type { Fingerprint } from "./incident.ts";

/** Remembers the state of each subject. */
export interface BandTracker {
  /** True where this reading begins something: an abnormal state that is not the one its subject was in before. */
  enters(fingerprint: Fingerprint): boolean;
}

/** A tracker over at most `limit` subjects (default 1,000). */
export function createBandTracker(limit = 1_000): BandTracker {
  const states = new Map<string, string>();
  return {
    enters({ kind, subject, band }) {
      const before = states.get(subject);
      const now = JSON.stringify([kind, band]);
      states.delete(subject);
      if (kind === "normal") return false;
      states.set(subject, now);
      const oldest = states.keys().next();
      if (states.size > limit && oldest.done !== true) states.delete(oldest.value);
      return before !== now;
    },
  };
}
