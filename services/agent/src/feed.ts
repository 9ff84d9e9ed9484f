/** Lets every agent of the process decide about the readings that come in. */
import type { EventSink } from "@entrain/ports";
import { feedTelemetry } from "@entrain/runtime";
import type { AgentHost } from "entrain";
import type { Readings } from "./readings.ts";

/** Begins to feed; a source that cannot be read at all ends the service. */
export function startFeed(options: {
  readonly host: AgentHost;
  readonly agentIds: readonly string[];
  readonly readings: Readings;
  readonly events: EventSink;
  readonly fail: (thrown: unknown) => void;
}): void {
  const { host, agentIds, readings, events, fail } = options;
  feedTelemetry({
    source: readings.source,
    readings: readings.readings,
    agentIds,
    observe: (reading) => host.observe(reading),
    decide: (agentId, reading) => host.decide({ agentId, reading }),
    events,
  }).catch(fail);
}
