/** Telemetry: events become metrics and log lines, the process answers for its health, and readings come in. */
export { fanOut } from "./fan-out.ts";
export { createEventLog, type EventLogger, type EventLogOptions } from "./event-log.ts";
export { createLogger, logLevels, type LoggerOptions, type LogLevel } from "./logger.ts";
export { createMetrics, type Metrics } from "./metrics.ts";
export { collectProcessMetrics } from "./process-metrics.ts";
export { createHostSampler, type HostSampler, type HostSamplerOptions } from "./host-sampler.ts";
export { createOpsServer, type OpsServer, type OpsServerOptions, type Readiness } from "./ops-server.ts";
export type { TelemetrySource } from "./telemetry-source.ts";
export {
  replayTelemetryFile,
  type MalformedLine,
  type TelemetryFileOptions,
  type TelemetryLine,
} from "./telemetry-file.ts";
export { baseUrlOf, listenError, type ListenAddress } from "./listening.ts";
export { createTracing } from "./tracing.ts";
