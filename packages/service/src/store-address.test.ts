import assert from "node:assert/strict";
import { test } from "node:test";
import { storeAddress } from "./store-address.ts";

test("without a password of its own the URL stands", () => {
  assert.equal(storeAddress({ redisUrl: "redis://u:p@h:1/2" }), "redis://u:p@h:1/2");
});

test("a password of its own replaces the URL's, whatever characters it has", () => {
  const url = new URL(String(storeAddress({ redisUrl: "redis://u:p@h:1", redisPassword: "a/b@c:d %" })));
  assert.equal(decodeURIComponent(url.password), "a/b@c:d %");
  assert.equal(url.username, "u");
  assert.equal(url.host, "h:1");
});

test("with Sentinels the URL gives user, password, database and TLS, and they give the rest", () => {
  assert.deepEqual(
    storeAddress({
      redisUrl: "rediss://u:p%20q@ignored:1/2",
      redisSentinels: ["s1:26379", "[fd00::7]:26380"],
      redisSentinelGroup: "orders",
      redisSentinelPassword: "x",
    }),
    {
      sentinels: [
        { host: "s1", port: 26_379 },
        { host: "fd00::7", port: 26_380 },
      ],
      name: "orders",
      db: 2,
      username: "u",
      password: "p q",
      sentinelPassword: "x",
      tls: {},
      sentinelTLS: {},
      enableTLSForSentinelMode: true,
    },
  );
  assert.deepEqual(storeAddress({ redisUrl: "redis://127.0.0.1:6379", redisSentinels: ["s1:1"] }), {
    sentinels: [{ host: "s1", port: 1 }],
    name: "mymaster",
    db: 0,
  });
});
