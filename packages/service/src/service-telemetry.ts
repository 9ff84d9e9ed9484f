/** What every service tells about itself: its events as log lines and as metrics, in a registry of its own. */
import { Registry } from "prom-client";
import type { EventSink } from "@entrain/ports";
import { collectProcessMetrics, createEventLog, createMetrics, fanOut } from "@entrain/telemetry";
import type { ServiceSurroundings } from "./run-service.ts";

/** A service's metrics, and the sink that feeds them and the log. */
export interface ServiceTelemetry {
  readonly registry: Registry;
  readonly events: EventSink;
}

/** The telemetry of one process. */
export function createServiceTelemetry(logger: ServiceSurroundings["logger"]): ServiceTelemetry {
  const registry = new Registry();
  collectProcessMetrics(registry);
  return { registry, events: fanOut({ log: createEventLog(logger), metrics: createMetrics(registry).record }) };
}
