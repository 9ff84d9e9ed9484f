/** S1 for budgets: after lost writes nothing is granted until the longest lease that may be in force is over, and no longer. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Redis } from "ioredis";
import { allocationRequest, budgetDefinition } from "@entrain/core/budget";
import { openStoreLab, type StoreLab } from "@entrain/testkit/store-lab";
import { storeKeys } from "./keys.ts";
import { createRedisStore, type RedisStore } from "./redis-store.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;

let lab: StoreLab<RedisStore>;
let raw: Redis;

before(async () => {
  lab = await openStoreLab(createRedisStore);
  raw = new Redis(lab.redis.url);
});
after(async () => {
  raw.disconnect();
  await lab[Symbol.asyncDispose]();
});

async function open() {
  const swarm = lab.swarm();
  const { budgets } = await swarm.client();
  const keys = storeKeys(swarm.swarmId);
  await budgets.apply({ kind: "create", definition: budgetDefinition({ budgetId: "pool", limits: { slots: 10 } }) });
  let requests = 0;
  const ask = async (leaseMs: number) => {
    const wish = { requestId: `r-${++requests}`, amounts: { slots: 1 }, leaseMs };
    const outcome = await budgets.apply({ kind: "allocate", request: allocationRequest("pool", wish) });
    assert.ok(outcome.kind === "granted");
    return { budgetId: "pool", allocationId: outcome.grant.allocationId };
  };
  /** The store as it is after writes were lost so long ago. */
  const lostWrites = async (agoMs: number): Promise<void> => {
    const [seconds] = await raw.time();
    const openedMs = Number(seconds) * 1_000 - agoMs;
    await raw.hset(keys.store, { windowUntilMs: openedMs + 1_000, windowMs: 1_000 });
  };
  /** What the store knows of leases, as if it had taken it down so long ago. */
  const age = async (byMs: number): Promise<void> => {
    for (const [field, untilMs] of Object.entries(await raw.hgetall(keys.budgetCounters)))
      if (field.startsWith("long:")) await raw.hset(keys.budgetCounters, field, Number(untilMs) - byMs);
  };
  return { budgets, ask, lostWrites, age };
}

test("after lost writes nothing is granted for the longest lease in force, and a long one of months ago holds nobody up", async () => {
  const { budgets, ask, lostWrites, age } = await open();
  await lostWrites(minuteMs + 2_000);
  const long = await ask(dayMs);
  await budgets.apply({ kind: "release", ...long });
  await lostWrites(minuteMs + 2_000);
  await assert.rejects(ask(1_000), { code: "recovering" }, "another such lease may have been lost");
  await lostWrites(dayMs / 2);
  await assert.rejects(ask(1_000), { code: "recovering" });
  await age(60 * dayMs);
  await lostWrites(minuteMs + 2_000);
  await ask(1_000);
  await lostWrites(minuteMs - 10_000);
  await assert.rejects(ask(1_000), { code: "recovering" }, "the usual lease counts always");
});

test("a lease that is prolonged counts by its own length, whichever longer ones there were", async () => {
  const { budgets, ask, lostWrites, age } = await open();
  await ask(dayMs);
  const held = await ask(minuteMs);
  await age(60 * dayMs);
  await budgets.apply({ kind: "extend", ...held, leaseMs: 10 * minuteMs });
  await lostWrites(9 * minuteMs);
  await assert.rejects(ask(1_000), { code: "recovering" });
  await lostWrites(13 * minuteMs);
  await ask(1_000);
});
