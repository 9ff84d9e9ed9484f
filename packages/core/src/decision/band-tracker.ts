/**
 * Turns a stream of classified readings into incidents: an agent decides when a subject enters a band, not on every
 * sample in it. Bounded: the least recently seen pair of kind and subject is forgotten first.
 */
import type { Fingerprint } from "./incident.ts";

/** Remembers the band of each (kind, subject). */
export interface BandTracker {
  /** True where this reading is news: the first of its kind and subject, or in another band than before. */
  enters(fingerprint: Fingerprint): boolean;
}

/** A tracker over at most `limit` pairs (default 1,000). */
export function createBandTracker(limit = 1_000): BandTracker {
  const bands = new Map<string, string>();
  return {
    enters({ kind, subject, band }) {
      const key = JSON.stringify([kind, subject]);
      const before = bands.get(key);
      bands.delete(key);
      bands.set(key, band);
      const oldest = bands.keys().next();
      if (bands.size > limit && oldest.done !== true) bands.delete(oldest.value);
      return before !== band;
    },
  };
}
