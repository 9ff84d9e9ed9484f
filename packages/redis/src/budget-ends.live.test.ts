/** Budgets that end: those that close, and those whose lease is over while others are still to be reclaimed before them. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Redis } from "ioredis";
import { allocationRequest, budgetDefinition, type BudgetWish } from "@entrain/core/budget";
import { waitFor } from "@entrain/testkit/conformance";
import { openStoreLab, type StoreLab } from "@entrain/testkit/store-lab";
import { storeKeys } from "./keys.ts";
import { createRedisStore, type RedisStore } from "./redis-store.ts";

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

test("a budget that closes cannot be made again until it is freed", async () => {
  const { budgets } = await lab.swarm().client();
  const definition = budgetDefinition({ budgetId: "run", limits: { slots: 5 } });
  await budgets.apply({ kind: "create", definition });
  const request = allocationRequest("run", { requestId: "held", amounts: { slots: 1 } });
  const held = await budgets.apply({ kind: "allocate", request });
  assert.ok(held.kind === "granted");
  await budgets.apply({ kind: "close", budgetId: "run" });
  assert.deepEqual(await budgets.apply({ kind: "create", definition }), {
    kind: "refused",
    refusal: { kind: "closing", budgetId: "run" },
  });
  await budgets.apply({ kind: "release", budgetId: "run", allocationId: held.grant.allocationId });
  assert.deepEqual(await budgets.apply({ kind: "create", definition }), { kind: "done" });
});

test("a budget whose lease is over grants nothing and gets no children, however many others are to be reclaimed first", async () => {
  const swarm = lab.swarm();
  const { budgets } = await swarm.client();
  const make = (wish: BudgetWish) => budgets.apply({ kind: "create", definition: budgetDefinition(wish) });
  const ask = (budgetId: string, requestId: string) =>
    budgets.apply({
      kind: "allocate",
      request: allocationRequest(budgetId, { requestId, amounts: { slots: 1 }, leaseMs: 600_000 }),
    });
  await make({ budgetId: "root", limits: { slots: 1_000 } });
  await make({ budgetId: "run", parentId: "root", limits: { slots: 10 }, leaseMs: 600_000 });
  const grants = await Promise.all(Array.from({ length: 450 }, (_, n) => ask("root", `r-${n}`)));
  assert.ok(grants.every(({ kind }) => kind === "granted"));
  // As if all that time had passed, of `run` last of all.
  const keys = storeKeys(swarm.swarmId);
  const members = await raw.zrange(keys.budgetLeases, "0", "-1");
  await raw.zadd(keys.budgetLeases, ...members.flatMap((member) => [member === "b:run" ? "2" : "1", member]));
  await raw.hset(`${keys.prefix}budget:run`, "leaseUntilMs", 2);
  const closing = { kind: "refused", refusal: { kind: "closing", budgetId: "run" } };
  assert.deepEqual(await ask("run", "late"), closing);
  assert.deepEqual(await make({ budgetId: "step", parentId: "run", limits: { slots: 1 } }), closing);
  await waitFor("all are reclaimed", async () => (await budgets.reclaim()) === 0);
  assert.deepEqual(
    (await budgets.list(10)).budgets.map(({ budgetId, available }) => [budgetId, available]),
    [["root", { slots: 1_000 }]],
  );
});
