/** Config: the environment as one validated, total, frozen object. */
export { loadConfig, type Environment } from "./load-config.ts";
export { redacted } from "./redacted.ts";
export type { TelemetrySetting } from "./variable-types.ts";
export type { ServiceName } from "./variable.ts";
export type { Config } from "./variables.ts";
