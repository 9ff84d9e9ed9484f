/** Makes metrics in one registry, and in no other: nothing is ever registered with prom-client's global one. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** A maker for one registry. */
export function createMetricMaker(registry: Registry) {
  const registers = [registry];
  return {
    counter: <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
      new Counter<L>({ name, help, labelNames, registers }),
    gauge: <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) => {
      const gauge = new Gauge<L>({ name, help, labelNames, registers });
      // prom-client would say 0 before anything is known; what is not known is absent.
      if (labelNames.length === 0) gauge.remove();
      return gauge;
    },
    histogram: <L extends string = never>(
      name: string,
      help: string,
      buckets: number[],
      labelNames: readonly L[] = [],
    ) => new Histogram<L>({ name, help, buckets, labelNames, registers }),
  };
}

/** Makes counters, gauges and histograms. */
export type MetricMaker = ReturnType<typeof createMetricMaker>;
