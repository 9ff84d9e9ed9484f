/** The Redis adapter: registry, elections, ledger, goal, global state and health of one swarm. */
export { createRedisStore, type RedisStore } from "./redis-store.ts";
export type { ClusterAddress, RedisAddress } from "./endpoint.ts";
export type { RedisStoreOptions } from "./options.ts";
export { storeRoles, storeUser, type StoreRole, type StoreUser } from "./store-users.ts";
export { removeSwarm, type RemoveSwarmOptions } from "./remove-swarm.ts";
