/** The metrics of what users hand over: batches and scheduled jobs; with `metrics.ts` the one place that names metrics. */
import type { MetricMaker } from "./metric-maker.ts";

/** An item's wait for its beat: less than a period, which is 20 ms to a day. */
const waitBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3_600];
/** A run of a job begins within milliseconds, or after the death of another's holder; it takes from nothing to hours. */
const runBuckets = [0.001, 0.01, 0.05, 0.25, 1, 2.5, 5, 10, 60, 600, 3_600];

/** Batches, calls of the whole fleet, and runs of scheduled jobs. */
export function workFamilies({ counter, histogram }: MetricMaker) {
  return {
    batches: counter("entrain_batches_total", "Batches that were flushed.", ["batcher"]),
    batchAttempts: counter("entrain_batch_attempts_total", "Calls of flushes, retries among them.", ["batcher"]),
    batchItems: counter("entrain_batch_items_total", "Items of batchers, by what became of them.", [
      "batcher",
      "outcome",
    ]),
    batchWait: histogram(
      "entrain_batch_wait_seconds",
      "How long the oldest item of a batch had waited for its beat.",
      waitBuckets,
    ),
    fleetCalls: counter("entrain_fleet_calls_total", "Calls of the whole fleet that ended in this process.", [
      "batcher",
      "outcome",
    ]),
    fleetAttempts: counter(
      "entrain_fleet_call_attempts_total",
      "Calls upstream that this process made for the whole fleet, retries among them.",
      ["batcher"],
    ),
    fleetTakeovers: counter(
      "entrain_fleet_call_takeovers_total",
      "Calls of the whole fleet that this process took over from another agent.",
      ["batcher"],
    ),
    runs: counter("entrain_scheduled_runs_total", "Runs of scheduled jobs that ended here.", ["job", "outcome"]),
    runsMissed: counter("entrain_scheduled_runs_missed_total", "Fire times that nobody ran in time.", ["job"]),
    runLateness: histogram(
      "entrain_scheduled_run_lateness_seconds",
      "From the fire time to the beginning of the run.",
      runBuckets,
      ["job"],
    ),
    runTime: histogram("entrain_scheduled_run_seconds", "Duration of a run.", runBuckets, ["job"]),
    jobStalls: counter("entrain_scheduled_job_stalls_total", "Times a job could not go on for a while.", [
      "job",
      "code",
    ]),
  };
}
