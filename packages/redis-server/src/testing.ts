/** Servers for tests: one, a set that Sentinels watch, a Cluster. */
export { acquireTestRedis, type AcquireTestRedisOptions, type TestRedis } from "./acquire-test-redis.ts";
export { startRedisCluster, type TestCluster } from "./start-redis-cluster.ts";
export { startSentinelSet, type SentinelSet, type SentinelSetOptions } from "./start-sentinel-set.ts";
