import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuthority } from "@entrain/certificates";
import { loadConfig, type Environment } from "./load-config.ts";
import { fileWith, problem } from "./testing.ts";

test("REDIS_URL is the store's address too, and ENTRAIN_REDIS_URL goes before it", () => {
  const given = { REDIS_URL: "redis://a:1" };
  const config = loadConfig("agent", given);
  assert.equal(config.redisUrl, "redis://a:1");
  assert.deepEqual(config.given, ["REDIS_URL"]);
  assert.equal(loadConfig("agent", { ...given, ENTRAIN_REDIS_URL: "redis://b:2" }).redisUrl, "redis://b:2");
  assert.match(problem({ REDIS_URL: "http://s3cret@a" }), /^REDIS_URL is wrong: give redis:\/\/host:port/);
});

test("the ways to the store exclude each other, and what belongs together is asked for", async (t) => {
  const authority = await createAuthority("config test");
  const { ca, cert, key } = await authority.issue({ name: "client", uris: [] });
  const tls = {
    ENTRAIN_REDIS_URL: "rediss://db:6379",
    ENTRAIN_REDIS_CA_FILE: fileWith(t, ca),
    ENTRAIN_REDIS_CERT: cert,
    ENTRAIN_REDIS_KEY_FILE: fileWith(t, key),
  };
  const { redisCa, redisCert, redisKey } = loadConfig("agent", tls);
  assert.deepEqual(
    [redisCa, redisCert, redisKey],
    [ca, cert, key].map((pem) => pem.trim()),
  );
  const lineOf: [Environment, RegExp][] = [
    [
      { ENTRAIN_REDIS_SENTINELS: "a:1", ENTRAIN_REDIS_CLUSTER: "b:1" },
      /^ENTRAIN_REDIS_CLUSTER and .*both set: leave one/,
    ],
    [{ ENTRAIN_REDIS_URL: "redis://a:1/2", ENTRAIN_REDIS_CLUSTER: "b:1" }, /only database 0: take the number out/],
    [{ ENTRAIN_REDIS_SENTINELS: "a:1,b" }, /^ENTRAIN_REDIS_SENTINELS is "a:1,b": give none, or up to 16 of host:port/],
    [{ ENTRAIN_REDIS_CLUSTER: `${"a:1,".repeat(16)}a:1` }, /^ENTRAIN_REDIS_CLUSTER is .*give none, or up to 16/],
    [{ ENTRAIN_REDIS_CA: ca }, /^ENTRAIN_REDIS_CA is for TLS: write rediss:\/\/ in ENTRAIN_REDIS_URL$/],
    [
      { ...tls, ENTRAIN_REDIS_KEY_FILE: undefined },
      /^ENTRAIN_REDIS_CERT is of no use alone: set ENTRAIN_REDIS_KEY too$/,
    ],
    [{ ...tls, ENTRAIN_REDIS_CERT: undefined }, /^ENTRAIN_REDIS_KEY is of no use alone: set ENTRAIN_REDIS_CERT too$/],
    [{ ...tls, ENTRAIN_REDIS_CERT: key }, /^ENTRAIN_REDIS_CERT is wrong: give certificates as PEM$/],
    [{ ...tls, ENTRAIN_REDIS_KEY_FILE: fileWith(t, cert) }, /^ENTRAIN_REDIS_KEY_FILE is wrong: give a private key/],
    [{ ...tls, ENTRAIN_REDIS_CA_FILE: fileWith(t, ca.slice(0, 60)) }, /^ENTRAIN_REDIS_CA_FILE is wrong: give certif/],
  ];
  for (const [env, line] of lineOf) assert.match(problem(env), line);
});
