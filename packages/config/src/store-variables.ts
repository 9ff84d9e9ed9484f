/** The part of the table of variables that says where the store is, and as whom to speak to it. */
import * as types from "./variable-types.ts";
import { optionalVariable, variable } from "./variable.ts";

const all = ["agent", "decision-loop", "coordinator", "console", "cli"] as const;

/** Variables of the store by the names of their values in the config. */
export const storeVariables = {
  redisUrl: variable("ENTRAIN_REDIS_URL", types.redisUrl, {
    default: "redis://127.0.0.1:6379",
    alias: "REDIS_URL",
    secret: true,
    services: all,
    doc: "The store. `REDIS_URL` is read where this is not set.",
  }),
  redisUsername: optionalVariable("ENTRAIN_REDIS_USERNAME", types.secretText, {
    services: all,
    doc: "ACL user of the store; goes before one in the URL.",
  }),
  redisPassword: optionalVariable("ENTRAIN_REDIS_PASSWORD", types.secretText, {
    secret: true,
    services: all,
    doc: "Password of the store; goes before one in the URL.",
  }),
  redisSentinels: variable("ENTRAIN_REDIS_SENTINELS", types.addresses, {
    default: "none",
    services: all,
    doc: "Sentinels that name the primary ([redis](redis.md)); then of the URL only user, password, database and TLS count.",
  }),
  redisSentinelGroup: variable("ENTRAIN_REDIS_SENTINEL_GROUP", types.id, {
    default: "mymaster",
    services: all,
    doc: "Name under which the Sentinels know the primary.",
  }),
  redisSentinelUsername: optionalVariable("ENTRAIN_REDIS_SENTINEL_USERNAME", types.secretText, {
    services: all,
    doc: "ACL user of the Sentinels themselves.",
  }),
  redisSentinelPassword: optionalVariable("ENTRAIN_REDIS_SENTINEL_PASSWORD", types.secretText, {
    secret: true,
    services: all,
    doc: "Password of the Sentinels themselves.",
  }),
  redisCluster: variable("ENTRAIN_REDIS_CLUSTER", types.addresses, {
    default: "none",
    services: all,
    doc: "Nodes of a Redis Cluster, any of which leads to the others; then of the URL only user, password and TLS count.",
  }),
  redisCa: optionalVariable("ENTRAIN_REDIS_CA", types.pem("certificate"), {
    secret: true,
    services: all,
    doc: "Authorities that sign the certificates of the store, for a `rediss://` URL. Default: those that Node trusts.",
  }),
  redisCert: optionalVariable("ENTRAIN_REDIS_CERT", types.pem("certificate"), {
    secret: true,
    services: all,
    doc: "Certificate to show to the store, where it asks for one.",
  }),
  redisKey: optionalVariable("ENTRAIN_REDIS_KEY", types.pem("key"), {
    secret: true,
    services: all,
    doc: "Private key of `ENTRAIN_REDIS_CERT`.",
  }),
} as const;
