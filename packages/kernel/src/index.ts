/** The kernel: what every layer shares and nothing else. Pure: no I/O, no clock, no randomness. */
export { canonicalJson, type Json } from "./canonical-json.ts";
export { formatDuration, parseDurationMs } from "./duration.ts";
export { EntrainError, type ErrorCode, type ErrorDetails } from "./errors.ts";
export { checkId, compareIds } from "./ids.ts";
export { assertInvariant } from "./invariant.ts";
export { checkName, checkObject, membersOf, optionsOf, type Members } from "./members.ts";
export { nearestName } from "./nearest-name.ts";
export { createRandom, hash32, type Random } from "./random.ts";
export type { TraceCarrier } from "./trace-carrier.ts";
