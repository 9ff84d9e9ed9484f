/**
 * Obtaining and keeping a private Redis or Valkey server. Tests take theirs from `@entrain/redis-server/testing`.
 */
export { findRedisServer, useFirstPlan, WHAT_TO_INSTALL } from "./find-redis-server.ts";
export type { FindRedisServerOptions, FoundRedisServer, SkippedSource } from "./find-redis-server.ts";
export { findFreePort } from "./free-port.ts";
export type { KeeperEvent, ServerAddress } from "./keeper-protocol.ts";
export { RedisServerError } from "./redis-server-error.ts";
export type { RedisServerErrorCode } from "./redis-server-error.ts";
export { describePlan, REDIS_SOURCES } from "./redis-server-plan.ts";
export type { BinaryPlan, ContainerPlan, RedisServerPlan, RedisSource } from "./redis-server-plan.ts";
export type { ServerExit } from "./server-process.ts";
export { startKeeper } from "./start-keeper.ts";
export type { KeeperDied, RedisKeeper, StartKeeperOptions } from "./start-keeper.ts";
export { startRedisServer } from "./start-redis-server.ts";
export type { RedisServer, StartRedisServerOptions } from "./start-redis-server.ts";
