/** Feeds the metrics of the bus. */
import { expiredCause, vanishedCause } from "@entrain/core/bus";
import type { BusEvent } from "@entrain/ports";
import type { MetricFamilies } from "./metrics.ts";

/** Counts one event; texts of unknown variety go through `bound`. */
export function recordBus(to: MetricFamilies, bound: (label: "group", text: string) => string, event: BusEvent): void {
  if (event.kind === "message.published") {
    const labels = { qos: String(event.qos), outcome: event.outcome };
    to.publications.inc(labels);
    to.publicationDuration.observe(labels, event.tookMs / 1_000);
    return;
  }
  if (event.kind === "message.dropped") {
    to.messagesDropped.inc({ cause: event.cause }, event.count);
    return;
  }
  if (event.kind === "message.heard") {
    to.messagesHeard.inc({ outcome: event.outcome });
    return;
  }
  const group = bound("group", event.group);
  if (event.kind === "message.died") {
    to.deadLetters.inc({ group, cause: causeOf(event.cause) });
    return;
  }
  const labels = { group, qos: String(event.qos), outcome: event.outcome };
  to.deliveries.inc(labels);
  to.deliveryDuration.observe(labels, event.tookMs / 1_000);
  if (event.attempt > 1) to.redeliveries.inc({ group });
  if (event.outcome === "dead") to.deadLetters.inc({ group, cause: "failed" });
}

const causeOf = (cause: string): string =>
  cause === vanishedCause ? "vanished" : cause === expiredCause ? "expired" : "failed";
