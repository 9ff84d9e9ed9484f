import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "@entrain/config";
import { storeAddress, storeName } from "./store-address.ts";

/** The same as services do: from the environment. */
const setting = (env: Record<string, string>) => loadConfig("agent", env);

test("one server is the URL's, with its user, password, database and TLS", () => {
  assert.deepEqual(storeAddress(setting({})), { host: "127.0.0.1", port: 6379, db: 0 });
  assert.deepEqual(storeAddress(setting({ ENTRAIN_REDIS_URL: "rediss://u:p%20q@[fd00::7]:7000/2" })), {
    host: "fd00::7",
    port: 7000,
    db: 2,
    username: "u",
    password: "p q",
    tls: {},
  });
  assert.equal(storeName(setting({ ENTRAIN_REDIS_URL: "redis://u:p@h:1" })), "h:1");
});

test("a user and a password of their own replace the URL's, whatever characters they have", () => {
  const password = "a/b@c:d %41";
  const env = { ENTRAIN_REDIS_URL: "redis://u:p@h:1", ENTRAIN_REDIS_PASSWORD: password, ENTRAIN_REDIS_USERNAME: "x:y" };
  assert.deepEqual(storeAddress(setting(env)), { host: "h", port: 1, db: 0, username: "x:y", password });
});

test("with Sentinels the URL gives user, password, database and TLS, and they give the rest", () => {
  const env = {
    ENTRAIN_REDIS_URL: "rediss://u:p@ignored:1/2",
    ENTRAIN_REDIS_SENTINELS: "s1:26379, [fd00::7]:26380",
    ENTRAIN_REDIS_SENTINEL_GROUP: "orders",
    ENTRAIN_REDIS_SENTINEL_USERNAME: "y",
    ENTRAIN_REDIS_SENTINEL_PASSWORD: "x",
  };
  assert.deepEqual(storeAddress(setting(env)), {
    sentinels: [
      { host: "s1", port: 26_379 },
      { host: "fd00::7", port: 26_380 },
    ],
    name: "orders",
    db: 2,
    username: "u",
    password: "p",
    sentinelUsername: "y",
    sentinelPassword: "x",
    tls: {},
    sentinelTLS: {},
  });
  assert.equal(storeName(setting(env)), "Sentinel group orders");
  assert.deepEqual(storeAddress(setting({ ENTRAIN_REDIS_SENTINELS: "s1:1" })), {
    sentinels: [{ host: "s1", port: 1 }],
    name: "mymaster",
    db: 0,
  });
});

test("with a Cluster the URL gives user, password and TLS", () => {
  const env = { ENTRAIN_REDIS_URL: "redis://u:p@ignored:1", ENTRAIN_REDIS_CLUSTER: "n1:7001,n2:7002" };
  assert.deepEqual(storeAddress(setting(env)), {
    cluster: [
      { host: "n1", port: 7001 },
      { host: "n2", port: 7002 },
    ],
    username: "u",
    password: "p",
  });
  assert.equal(storeName(setting(env)), "Cluster n1:7001,n2:7002");
});
