/** S1 for shared rates: after lost writes what holders have is honoured before anything new is granted. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Redis } from "ioredis";
import { waitFor } from "@entrain/testkit/conformance";
import { openStoreLab, type StoreLab } from "@entrain/testkit/store-lab";
import { storeKeys } from "./keys.ts";
import { createRedisStore, type RedisStore } from "./redis-store.ts";

const limitMilli = 1_000_000;
const requestOf = (holderId: string, sequence: number, hasMilli: number) => ({
  holderId,
  sequence,
  hasMilli,
  wantsMilli: limitMilli,
  limitMilli,
});

let lab: StoreLab<RedisStore>;
let raw: Redis;

before(async () => {
  lab = await openStoreLab(createRedisStore);
  raw = new Redis(lab.redis.url, { maxRetriesPerRequest: null });
  raw.on("error", () => undefined);
});
after(async () => {
  raw.disconnect();
  await lab[Symbol.asyncDispose]();
});

test("a store that lost the shares grants a newcomer nothing for a whole lease, and gives each holder back what it has", async () => {
  const swarm = lab.swarm();
  const { rates, health } = await swarm.client();
  const keys = storeKeys(swarm.swarmId);
  const before = await rates.refresh("upstream", requestOf("old", 1, 0));
  await raw.del(keys.rate("upstream"));
  await lab.redis.restart();
  await waitFor("generation 2", () => health.status().up && health.status().generation === 2);
  const newcomer = await rates.refresh("upstream", requestOf("new", 1, 0));
  assert.deepEqual([newcomer.grantedMilli, newcomer.recovering], [0, true]);
  const held = await rates.refresh("upstream", requestOf("old", 2, before.grantedMilli));
  assert.deepEqual([held.grantedMilli, held.recovering], [limitMilli, true]);
  let sequence = 2;
  // The store's own window is over after 2 s; that of the rates is as long as their leases.
  await waitFor("the window to close", async () => {
    sequence += 1;
    const [one, two] = await Promise.all([
      rates.refresh("upstream", requestOf("new", sequence, 0)),
      rates.refresh("upstream", requestOf("old", sequence, limitMilli)),
    ]);
    if (one.recovering) assert.equal(one.grantedMilli, 0);
    return !one.recovering && !two.recovering;
  });
  const store = await raw.hgetall(keys.store);
  const [seconds] = await raw.time();
  const raisedMs = Number(store["windowUntilMs"]) - Number(store["windowMs"]);
  assert.ok(Number(seconds) * 1_000 - raisedMs >= 4_000, "not before the longest lease, to the second");
});
