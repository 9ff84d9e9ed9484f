/** How well this process and its agents are: its event loop, its host's load, how decisions fared, and what comes back. */
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { availableParallelism, loadavg } from "node:os";
import { createFailureWindow, isAnomaly } from "@entrain/core/decision";
import { agentHealth, agentRisk, createAnomalyWindow, type AnomalyWindow } from "@entrain/core/membership";
import type { Clock, DecideOutcome } from "@entrain/ports";

/** Grain of the loop's delay histogram, ms: an idle loop shows this much. It wakes the process so often, so it is no finer. */
const resolutionMs = 100;
/** What the latest look counts for in the load: with looks every half second, half of a change shows after 1.2 s. */
const loadWeight = 0.25;

/** Keeps the signals of one process. */
export interface HealthProbe {
  /** Measures from now on. */
  start(): void;
  /** A decision came out; `own`: about the agent's own telemetry, so that an anomaly there counts against the agent. */
  decided(agentId: string, outcome: Pick<DecideOutcome, "decision" | "source">, own: boolean): void;
  /** Health score 0..1, at most `maxAgeMs` old. */
  score(): number;
  /** An agent's risk 0..1, as old as the score. */
  risk(agentId: string): number;
  /** p99 of the event loop's delay, ms, as old as the score. */
  loopDelayMs(): number;
  /** Share of the time since the last look that the event loop was busy, 0..1, smoothed over some looks. */
  load(): number;
  stop(): void;
}

/** A probe that does not measure yet. */
export function createHealthProbe(options: {
  readonly clock: Clock;
  /** How long a score is good for, ms. */
  readonly maxAgeMs: number;
  /** Share of the latest reasonings that failed, 0..1. */
  readonly reasonerFailureRate: () => number;
}): HealthProbe {
  const { clock, maxAgeMs, reasonerFailureRate } = options;
  // A handle of the event loop, so it is not made before the start.
  let histogram: ReturnType<typeof monitorEventLoopDelay> | undefined;
  // Bounded in time as well: who asks no more is not blamed for ever for what failed last.
  const outcomes = createFailureWindow();
  /** By agent: those of this process. */
  const anomalies = new Map<string, AnomalyWindow>();
  let utilization = performance.eventLoopUtilization();
  let load = 0;
  const unmeasured = { errorRate: 0, reasonerFailureRate: 0, loopDelayMs: 0 };
  let last = { score: 1, signals: unmeasured, atMs: -Infinity };

  /** p99 since the last look, ms. */
  function readLoopDelayMs(): number {
    if (histogram === undefined || histogram.count === 0) return 0;
    const delayMs = histogram.percentile(99) / 1e6 - resolutionMs;
    histogram.reset();
    return Math.max(0, delayMs);
  }

  function measure(atMs: number): typeof last {
    const signals = {
      errorRate: outcomes.rate(atMs),
      reasonerFailureRate: reasonerFailureRate(),
      loopDelayMs: readLoopDelayMs(),
    };
    const score = agentHealth({ ...signals, loadPerCore: (loadavg()[0] ?? 0) / availableParallelism() });
    return { score, signals, atMs };
  }

  function latest(): typeof last {
    const nowMs = clock.monoMs();
    if (nowMs - last.atMs >= maxAgeMs) last = measure(nowMs);
    return last;
  }

  return {
    start() {
      histogram ??= monitorEventLoopDelay({ resolution: resolutionMs });
      histogram.enable();
    },
    decided(agentId, { decision, source }, own) {
      outcomes.record(clock.monoMs(), source === "safe-alone");
      if (!own || !isAnomaly(decision.type)) return;
      const window = anomalies.get(agentId) ?? createAnomalyWindow();
      anomalies.set(agentId, window);
      window.record(clock.monoMs(), decision.incidentId);
    },
    risk(agentId) {
      return agentRisk({ ...latest().signals, anomalies: anomalies.get(agentId)?.count(clock.monoMs()) ?? 0 });
    },
    score: () => latest().score,
    load() {
      const now = performance.eventLoopUtilization();
      const { utilization: busy } = performance.eventLoopUtilization(now, utilization);
      utilization = now;
      load += loadWeight * (busy - load);
      return load;
    },
    loopDelayMs: () => latest().signals.loopDelayMs,
    stop: () => void histogram?.disable(),
  };
}
