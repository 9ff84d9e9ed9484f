/** Feeds the metrics of coordination: tasks and handoffs that ended here, sessions that moved on here, messages. */
import { isEnded } from "@entrain/core/session";
import type { BusEvent, RuntimeEvent } from "@entrain/ports";
import type { MetricFamilies } from "./metrics.ts";
import { recordBus } from "./record-bus.ts";

/** What workers and the drivers of sessions report. */
type CoordinationEvent =
  | BusEvent
  | Extract<RuntimeEvent, { readonly kind: "task.ended" | "handoff.ended" | "session.changed" | "session.undriven" }>;

/** Counts one event; texts of unknown variety go through `bound`. */
export function recordCoordination(
  to: MetricFamilies,
  bound: (label: "capability" | "group" | "pattern", text: string) => string,
  event: CoordinationEvent,
): void {
  switch (event.kind) {
    case "task.ended": {
      const labels = { capability: bound("capability", event.capability), outcome: event.outcome };
      to.tasks.inc(labels);
      to.taskDuration.observe(labels, event.tookMs / 1_000);
      return;
    }
    case "handoff.ended": {
      const { reason, outcome } = event;
      to.handoffs.inc({ reason, outcome });
      if (outcome === "transferred") to.handoffDuration.observe({ reason }, event.tookMs / 1_000);
      return;
    }
    case "session.changed": {
      const pattern = bound("pattern", event.pattern);
      to.sessionChanges.inc({ pattern, state: event.state });
      if (isEnded(event.state)) to.sessionDuration.observe({ pattern, state: event.state }, event.tookMs / 1_000);
      if (event.score !== null) to.sessionScore.observe({ pattern }, event.score / 100);
      return;
    }
    case "session.undriven":
      to.sessionsUndriven.inc();
      return;
    default:
      recordBus(to, bound, event);
  }
}
