/** Makes metrics in one registry, and in no other: nothing is ever registered with prom-client's global one. */
import type { Metric, Registry } from "prom-client";
import { CompactCounter, CompactGauge, CompactHistogram } from "./compact-metric.ts";

/** A maker for one registry. @throws Error where the registry has a metric of that name. */
export function createMetricMaker(registry: Registry) {
  function registered<Made extends CompactCounter<string> | CompactGauge<string> | CompactHistogram<string>>(
    metric: Made,
  ): Made {
    // By its types a registry takes prom-client's own classes; what it asks of them is what these have.
    registry.registerMetric(metric as unknown as Metric);
    return metric;
  }
  return {
    counter: <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
      registered(new CompactCounter<L>(name, help, labelNames)),
    gauge: <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
      registered(new CompactGauge<L>(name, help, labelNames)),
    histogram: <L extends string = never>(
      name: string,
      help: string,
      buckets: readonly number[],
      labelNames: readonly L[] = [],
    ) => registered(new CompactHistogram<L>(name, help, buckets, labelNames)),
  };
}

/** Makes counters, gauges and histograms. */
export type MetricMaker = ReturnType<typeof createMetricMaker>;
