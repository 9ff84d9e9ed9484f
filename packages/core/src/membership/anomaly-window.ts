/**
 * How often anomalies come back: incidents of the last minutes, each counted once however many readings show it. Bounded in time,
 * so that an agent is forgiven, and in number, beyond which one more says nothing new.
 */

/** Counts incidents; instants are monotonic ms. */
export interface AnomalyWindow {
  record(nowMs: number, incidentId: string): void;
  /** Different incidents of late. */
  count(nowMs: number): number;
}

/** An empty window (defaults: 20 incidents, 300,000 ms). */
export function createAnomalyWindow(countMax = 20, windowMs = 300_000): AnomalyWindow {
  /** By incident, when it was last met; the one met last comes last. */
  const met = new Map<string, number>();
  return {
    record(nowMs, incidentId) {
      met.delete(incidentId);
      met.set(incidentId, nowMs);
      const [oldest] = met.keys();
      if (met.size > countMax && oldest !== undefined) met.delete(oldest);
    },
    count(nowMs) {
      for (const [incidentId, atMs] of met) {
        if (nowMs - atMs <= windowMs) break;
        met.delete(incidentId);
      }
      return met.size;
    },
  };
}
