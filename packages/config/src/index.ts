/** Config: the environment as one validated, total, frozen object. */
export { loadConfig, type Environment } from "./load-config.ts";
export { redacted } from "./redacted.ts";
export { isLoopback } from "./cross-checks.ts";
export type { TelemetrySetting, Token } from "./variable-types.ts";
export type { ServiceName } from "./variable.ts";
export type { Config } from "./variables.ts";
