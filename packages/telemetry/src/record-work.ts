/** Feeds the metrics of what users hand over: batches, and runs of scheduled jobs. */
import type { RuntimeEvent } from "@entrain/ports";
import type { MetricFamilies } from "./metrics.ts";

type EventOf<Kind extends RuntimeEvent["kind"]> = Extract<RuntimeEvent, { readonly kind: Kind }>;

/** What batchers and schedules report. */
type WorkEvent = EventOf<
  "batch.flushed" | "batch.refused" | "fleet.called" | "run.started" | "run.ended" | "run.missed" | "job.stalled"
>;

/** Counts one event; texts of unknown variety go through `bound`. */
export function recordWork(
  to: MetricFamilies,
  bound: (label: "batcher" | "job" | "code", text: string) => string,
  event: WorkEvent,
): void {
  switch (event.kind) {
    case "batch.flushed":
      recordBatch(to, bound("batcher", event.batcher), event);
      return;
    case "batch.refused":
      to.batchItems.inc({ batcher: bound("batcher", event.batcher), outcome: "refused" });
      return;
    case "fleet.called":
      recordFleetCall(to, bound("batcher", event.batcher), event);
      return;
    case "run.started":
      to.runLateness.observe({ job: bound("job", event.job) }, seconds(Math.max(0, event.lateMs)));
      return;
    case "run.ended": {
      const job = bound("job", event.job);
      to.runs.inc({ job, outcome: event.outcome });
      to.runTime.observe({ job }, seconds(event.tookMs));
      return;
    }
    case "run.missed":
      to.runsMissed.inc({ job: bound("job", event.job) }, event.count);
      return;
    case "job.stalled":
      to.jobStalls.inc({ job: bound("job", event.job), code: bound("code", event.code) });
      return;
  }
}

function recordBatch(to: MetricFamilies, batcher: string, event: EventOf<"batch.flushed">): void {
  to.batches.inc({ batcher });
  to.batchAttempts.inc({ batcher }, event.attempts);
  to.batchItems.inc({ batcher, outcome: "flushed" }, event.items - event.failed);
  to.batchItems.inc({ batcher, outcome: "failed" }, event.failed);
  to.batchWait.observe(seconds(event.waitedMs));
}

function recordFleetCall(to: MetricFamilies, batcher: string, event: EventOf<"fleet.called">): void {
  to.fleetCalls.inc({ batcher, outcome: event.outcome });
  to.fleetAttempts.inc({ batcher }, event.attempts);
  if (event.takenOver) to.fleetTakeovers.inc({ batcher });
}

const seconds = (ms: number): number => ms / 1_000;
