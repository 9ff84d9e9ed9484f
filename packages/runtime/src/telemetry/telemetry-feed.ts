/**
 * Feeds readings to the agents of a process: the host's own, sampled at a pace, or recorded ones, replayed. An agent
 * decides when a subject enters a band, not on every sample in it; what comes out is the swarm's one decision, for
 * many agents watch the same subject (D1). At most one reading is under way: a slow decision makes the feed wait,
 * never pile up.
 */
import { EntrainError } from "@entrain/kernel";
import { createBandTracker, type Observation, type Reading } from "@entrain/core/decision";
import type { EventSink, Timers } from "@entrain/ports";

/** What a feed needs. */
export interface TelemetryFeedOptions {
  /** Names the source in events. */
  readonly source: string;
  readonly readings: AsyncIterable<Reading>;
  readonly agentIds: readonly string[];
  /** What the rules make of a reading. */
  readonly observe: (reading: Reading) => Observation;
  readonly decide: (agentId: string, reading: Reading) => Promise<unknown>;
  readonly events: EventSink;
}

/** Runs until the readings end. Failures of single readings are reported and the feed goes on. */
export async function feedTelemetry(options: TelemetryFeedOptions): Promise<void> {
  const { source, readings, agentIds, observe, decide, events } = options;
  const tracker = createBandTracker();
  const refused = (thrown: unknown): void => {
    events({ kind: "telemetry.refused", source, message: EntrainError.from(thrown).message });
  };
  for await (const reading of readings) {
    try {
      if (!tracker.enters(observe(reading))) continue;
    } catch (thrown) {
      refused(thrown);
      continue;
    }
    const outcomes = await Promise.allSettled(agentIds.map((agentId) => decide(agentId, reading)));
    for (const outcome of outcomes) if (outcome.status === "rejected") refused(outcome.reason);
  }
}

/** Samples a source every `everyMs` until the signal aborts; a sample that fails is reported and left out. */
export async function* sampled(options: {
  readonly source: string;
  readonly sample: () => Promise<Reading>;
  readonly everyMs: number;
  readonly timers: Timers;
  readonly events: EventSink;
  readonly signal: AbortSignal;
}): AsyncGenerator<Reading> {
  const { source, sample, everyMs, timers, events, signal } = options;
  while (!signal.aborted) {
    try {
      yield await sample();
    } catch (thrown) {
      events({ kind: "telemetry.refused", source, message: EntrainError.from(thrown).message });
    }
    await pause(timers, everyMs, signal);
  }
}

function pause(timers: Timers, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      callOff();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const callOff = timers.after(delayMs, end);
    signal.addEventListener("abort", end, { once: true });
  });
}
