/** The metrics of an observer of the swarm; with `metrics.ts` the one place that names metrics. */
import type { MetricMaker } from "./metric-maker.ts";

/** An HTTP request: a view takes 1 ms, an injected reading waits 2 s for its agents at most. */
const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 2.5];

/** What an observer of the swarm measures, and how it answers. */
export function consoleFamilies({ counter, gauge, histogram }: MetricMaker) {
  return {
    httpDuration: histogram(
      "entrain_http_request_duration_seconds",
      "From the headers of a request to the end of its answer, event streams aside.",
      requestBuckets,
      ["method", "route", "status"],
    ),
    httpFaults: counter("entrain_http_faults_total", "Requests that met a defect."),
    eventStreams: gauge("entrain_event_streams_open", "Event streams that are open."),
    followFailures: counter("entrain_follow_failures_total", "Failed reads of what an observer follows.", [
      "what",
      "code",
    ]),
    coherence: gauge("entrain_rhythm_coherence", "Order parameter of the alive agents, 0 to 1; NaN: unknown."),
    spread: gauge("entrain_rhythm_spread_seconds", "Median spread of a beat over the window; NaN: unknown."),
    cadenceError: gauge("entrain_rhythm_cadence_error_ratio", "Measured over commanded period, minus 1; NaN: unknown."),
    voters: gauge("entrain_voters", "Voters by state: alive, or dead and counted all the same.", ["state"]),
    votersQuorum: gauge("entrain_voters_quorum", "How many voters have to choose the same for it to pass."),
    converged: gauge("entrain_rhythm_converged", "1 while the swarm has converged, else 0."),
    recovery: gauge(
      "entrain_rhythm_recovery_seconds",
      "From the last disturbance to the start of the first converged window; NaN: not yet.",
    ),
    recoveryFloor: gauge(
      "entrain_rhythm_recovery_floor",
      "Worst order since the last disturbance: the lowest R, or the highest max-gap ratio; NaN: unknown.",
    ),
  };
}
