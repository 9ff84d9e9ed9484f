/** Removing a swarm removes its keys and no other's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { offerOf } from "@entrain/testkit/conformance";
import { openStoreLab, realClock, realTimers } from "@entrain/testkit/store-lab";
import { Redis } from "ioredis";
import { createRedisStore, removeSwarm } from "./index.ts";

test("a swarm is removed whole, and one whose name begins alike is left alone", async () => {
  await using lab = await openStoreLab(createRedisStore);
  for (const swarmId of ["demo", "demo-2"]) {
    const store = createRedisStore({ redis: lab.redis.url, swarmId, clock: realClock, timers: realTimers });
    await store.connect();
    await store.registry.register([offerOf("a")]);
    await store.close();
  }
  const client = new Redis(lab.redis.url);
  const { signal } = new AbortController();
  try {
    const before = await client.keys("entrain:*");
    const removed = await removeSwarm({ redis: lab.redis.url, swarmId: "demo", timers: realTimers, signal });
    const after = await client.keys("entrain:*");
    assert.ok(removed > 0);
    assert.equal(after.length, before.length - removed);
    assert.ok(after.every((key) => key.startsWith("entrain:{demo-2}:")));
    assert.ok(after.length > 0);
  } finally {
    client.disconnect();
  }
});

test("a Redis that is away is told as such", async () => {
  const { signal } = new AbortController();
  const removing = removeSwarm({ redis: "redis://127.0.0.1:1", swarmId: "demo", timers: realTimers, signal });
  await assert.rejects(removing, (thrown) => thrown instanceof EntrainError && thrown.code === "store-unavailable");
});
