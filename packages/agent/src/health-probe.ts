/** How well this process is: its event loop, its host's load, and how its own decisions fared. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { availableParallelism, loadavg } from "node:os";
import { agentHealth } from "@entrain/core/membership";
import type { Clock } from "@entrain/ports";

/** Grain of the loop's delay histogram, ms: an idle loop shows this much. It wakes the process so often, so it is no finer. */
const resolutionMs = 100;
/** How many of the latest decisions count. */
const window = 50;

/** Keeps the signals of one process. */
export interface HealthProbe {
  /** Measures from now on. */
  start(): void;
  /** A decision came out: `reached` is false where the safe action had to be taken alone. */
  decided(reached: boolean): void;
  /** Health score 0..1, at most `maxAgeMs` old. */
  score(): number;
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
  const outcomes: boolean[] = [];
  let last = { score: 1, atMs: -Infinity };

  /** p99 since the last look, ms. */
  function loopDelayMs(): number {
    if (histogram === undefined || histogram.count === 0) return 0;
    const delayMs = histogram.percentile(99) / 1e6 - resolutionMs;
    histogram.reset();
    return Math.max(0, delayMs);
  }

  function measure(): number {
    return agentHealth({
      errorRate: outcomes.length === 0 ? 0 : outcomes.filter((reached) => !reached).length / outcomes.length,
      reasonerFailureRate: reasonerFailureRate(),
      loopDelayMs: loopDelayMs(),
      loadPerCore: (loadavg()[0] ?? 0) / availableParallelism(),
    });
  }

  return {
    start() {
      histogram ??= monitorEventLoopDelay({ resolution: resolutionMs });
      histogram.enable();
    },
    decided(reached) {
      outcomes.push(reached);
      if (outcomes.length > window) outcomes.shift();
    },
    score() {
      const nowMs = clock.monoMs();
      if (nowMs - last.atMs >= maxAgeMs) last = { score: measure(), atMs: nowMs };
      return last.score;
    },
    stop: () => void histogram?.disable(),
  };
}
