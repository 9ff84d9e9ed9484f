/**
 * Metrics of the Node process itself, for services (a library leaves them to its host). They keep the names that
 * prom-client gives them (`process_`, `nodejs_`), because the dashboards of the world know those.
 */
import { collectDefaultMetrics, type Registry } from "prom-client";

/** Gauges whose name ends in `_total`, which Prometheus reserves for counters; the same numbers are there by type. */
const misnamed = ["nodejs_active_resources_total", "nodejs_active_handles_total", "nodejs_active_requests_total"];

/** Adds the process's CPU time, memory, event loop and garbage collection to `registry`; once per registry. */
export function collectProcessMetrics(registry: Registry): void {
  if (registry.getSingleMetric("nodejs_version_info") !== undefined) return;
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
}
