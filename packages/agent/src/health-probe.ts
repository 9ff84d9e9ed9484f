/** How well this process is: its event loop, its host's load, and how its own decisions fared. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { availableParallelism, loadavg } from "node:os";
import { agentHealth } from "@entrain/core/membership";

/** Grain of the loop's delay histogram, ms: an idle loop shows this much. */
const resolutionMs = 10;
/** How many of the latest decisions count. */
const window = 50;

/** Keeps the signals of one process. */
export interface HealthProbe {
  /** A decision came out: `reached` is false where the safe action had to be taken alone. */
  decided(reached: boolean): void;
  /** Health score 0..1 as of now. */
  score(reasonerFailureRate: number): number;
  stop(): void;
}

/** A probe that measures from now on. */
export function createHealthProbe(): HealthProbe {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  const outcomes: boolean[] = [];
  return {
    decided(reached) {
      outcomes.push(reached);
      if (outcomes.length > window) outcomes.shift();
    },
    score(reasonerFailureRate) {
      const delayMs = histogram.count === 0 ? 0 : Math.max(0, histogram.percentile(99) / 1e6 - resolutionMs);
      histogram.reset();
      return agentHealth({
        errorRate: outcomes.length === 0 ? 0 : outcomes.filter((reached) => !reached).length / outcomes.length,
        reasonerFailureRate,
        loopDelayMs: delayMs,
        loadPerCore: (loadavg()[0] ?? 0) / availableParallelism(),
      });
    },
    stop: () => void histogram.disable(),
  };
}
