/** Where the agents' telemetry comes from: the own host, a recorded file, or nowhere. */
import type { Config } from "@entrain/config";
import type { Reading } from "@entrain/core/decision";
import type { EventSink } from "@entrain/ports";
import { createSystemClock, sampled, systemTimers } from "@entrain/runtime";
import { createHostSampler, replayTelemetryFile } from "@entrain/telemetry";

/** Readings that come in until they are closed, or the file ends. */
export interface Readings {
  /** Names the source in events. */
  readonly source: string;
  readonly readings: AsyncIterable<Reading>;
  close(): void;
}

/** Opens what the configuration names; undefined where it says `none`. */
export function openReadings(config: Config<"agent">, events: EventSink, signal: AbortSignal): Readings | undefined {
  const { telemetry, telemetryEveryMs: everyMs, telemetrySpeed: speed } = config;
  const closing = new AbortController();
  const until = AbortSignal.any([signal, closing.signal]);
  if (telemetry.kind === "none") return undefined;
  if (telemetry.kind === "host") {
    const sampler = createHostSampler();
    const sample = (): Promise<Reading> => sampler.sample();
    return {
      source: "host",
      readings: sampled({ source: "host", sample, everyMs, timers: systemTimers, events, signal: until }),
      close() {
        closing.abort();
        sampler.close();
      },
    };
  }
  const source = `file:${telemetry.path}`;
  const lines = replayTelemetryFile(telemetry.path, {
    clock: createSystemClock(),
    timers: systemTimers,
    speed,
    everyMs,
    field: "ENTRAIN_TELEMETRY",
    signal: until,
    onMalformed: ({ message }) => {
      events({ kind: "telemetry.refused", source, message });
    },
  });
  return {
    source,
    readings: readingsOf(lines),
    close: () => {
      closing.abort();
    },
  };
}

async function* readingsOf(lines: AsyncIterable<{ readonly reading: Reading }>): AsyncGenerator<Reading> {
  for await (const { reading } of lines) yield reading;
}
