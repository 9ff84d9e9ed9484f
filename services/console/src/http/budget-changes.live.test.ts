/** Budgets over HTTP, on a real Redis, through two consoles. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { createSystemClock, systemTimers } from "@entrain/runtime";
import type { BudgetView } from "../contract/budget-view.ts";
import { createApi } from "../testing/api-under-test.ts";

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(() => redis.stop());

let swarms = 0;
type Json = Readonly<Record<string, unknown>>;

/** The same swarm through two consoles, each with its own connection. */
async function openApis(t: { after: (fn: () => Promise<void>) => void }) {
  const swarmId = `budgets-${++swarms}`;
  const open = async () => {
    const store = createRedisStore({ redis: redis.url, swarmId, clock: createSystemClock(), timers: systemTimers });
    await store.connect();
    const { app, feed } = await createApi([], undefined, store.budgets);
    t.after(async () => {
      await app.close();
      await store.close();
    });
    return { app, feed };
  };
  const [one, other] = [await open(), await open()];
  const call = async (method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: Json, via = one) => {
    const url = `/api/v1/${path}`;
    const answer = await via.app.inject({ method, url, ...(body === undefined ? {} : { body }) });
    return { status: answer.statusCode, body: answer.body === "" ? {} : answer.json<Json>() };
  };
  const budget = async (budgetId: string) => {
    const { body } = await call("GET", "budgets");
    return (body["budgets"] as BudgetView[]).find((each) => each.budgetId === budgetId);
  };
  return { one, other, call, budget };
}

test("fifty callers of two consoles get ten grants of a tenth, and forty are told what is left", async (t) => {
  const { one, other, call, budget } = await openApis(t);
  const made = await call("POST", "budgets", { budgetId: "pool", limits: { credits: 10_000 } });
  assert.deepEqual([made.status, made.body["available"]], [201, { credits: 10_000 }]);
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => {
      const body = { requestId: `r-${index}`, amounts: { credits: 1_000 } };
      return call("POST", "budgets/pool/allocations", body, index % 2 === 0 ? one : other);
    }),
  );
  assert.equal(answers.filter(({ status }) => status === 201).length, 10);
  const refused = answers.filter(({ status }) => status === 409);
  assert.equal(refused.length, 40);
  for (const { body } of refused) assert.deepEqual(body["remaining"], { credits: 0 });
  const pool = await budget("pool");
  assert.deepEqual([pool?.granted, pool?.available, pool?.leases], [{ credits: 10_000 }, { credits: 0 }, 10]);
  const audit = await call("GET", "budget-audit");
  assert.deepEqual([audit.body["faults"], audit.body["entries"]], [[], 11]);
});

test("the same request is answered the same while its part is held, with another body it is 422; a refusal is not remembered", async (t) => {
  const { call } = await openApis(t);
  await call("POST", "budgets", { budgetId: "pool", limits: { slots: 10 } });
  const allocate = (requestId: string, slots: number) =>
    call("POST", "budgets/pool/allocations", { requestId, amounts: { slots } });
  const first = await allocate("a", 6);
  assert.deepEqual(await allocate("a", 6), first);
  const other = await allocate("a", 7);
  assert.deepEqual([other.status, other.body["pointer"]], [422, "/requestId"]);
  assert.equal((await allocate("b", 6)).status, 409);
  const allocationId = String(first.body["allocationId"]);
  const path = `budgets/pool/allocations/${allocationId}`;
  for (let n = 0; n < 2; n++) assert.equal((await call("DELETE", path)).status, 204);
  const ended = await allocate("a", 6);
  assert.deepEqual([ended.status, ended.body["code"]], [409, "conflict"], "its part has ended");
  assert.equal((await allocate("b", 6)).status, 201);
  assert.equal((await call("DELETE", "budgets/pool/allocations/a-99")).status, 404);
});

test("an allocation is prolonged and reported on; more than it holds is refused", async (t) => {
  const { call, budget } = await openApis(t);
  await call("POST", "budgets", { budgetId: "pool", limits: { tokens: 100 } });
  const { body } = await call("POST", "budgets/pool/allocations", { requestId: "a", amounts: { tokens: 50 } });
  const path = `budgets/pool/allocations/${String(body["allocationId"])}`;
  const told = await call("PATCH", path, { consumed: { tokens: 20 }, leaseMs: 120_000 });
  assert.equal(told.status, 200);
  assert.ok(Number(told.body["leaseUntil"]) > Number(body["leaseUntil"]));
  const pool = await budget("pool");
  assert.deepEqual([pool?.used, pool?.granted, pool?.available], [{ tokens: 20 }, { tokens: 30 }, { tokens: 50 }]);
  const much = await call("PATCH", path, { consumed: { tokens: 51 } });
  assert.deepEqual([much.status, much.body["pointer"]], [422, "/consumed"]);
  await call("DELETE", path);
  assert.deepEqual((await budget("pool"))?.available, { tokens: 80 });
  assert.equal((await call("PATCH", path, { leaseMs: 1_000 })).status, 409);
});

test("children, transfers and closing keep the parent's books", async (t) => {
  const { call, budget } = await openApis(t);
  const child = (budgetId: string) =>
    call("POST", "budgets", { budgetId, parentId: "root", limits: { slots: 40 }, strategy: "elastic" });
  await call("POST", "budgets", { budgetId: "root", limits: { slots: 100 } });
  assert.equal((await child("a")).status, 201);
  assert.equal((await child("a")).status, 200, "the same again");
  assert.equal((await child("b")).status, 201);
  const third = await child("c");
  assert.deepEqual([third.status, third.body["remaining"]], [409, { slots: 20 }]);
  const move = { requestId: "t", to: "b", amounts: { slots: 10 } };
  for (let n = 0; n < 2; n++) assert.equal((await call("POST", "budgets/a/transfers", move)).status, 204);
  assert.deepEqual([(await budget("a"))?.limits, (await budget("b"))?.limits], [{ slots: 30 }, { slots: 50 }]);
  assert.equal((await call("DELETE", "budgets/b")).status, 204);
  assert.deepEqual([(await budget("root"))?.available, await budget("b")], [{ slots: 70 }, undefined]);
});

test("a child is prolonged; a root has no lease, and what is no lease is refused", async (t) => {
  const { call, budget } = await openApis(t);
  await call("POST", "budgets", { budgetId: "root", limits: { slots: 100 } });
  const made = await call("POST", "budgets", {
    budgetId: "a",
    parentId: "root",
    limits: { slots: 40 },
    leaseMs: 60_000,
  });
  const longer = await call("PATCH", "budgets/a", { leaseMs: 600_000 });
  assert.equal(longer.status, 200);
  assert.ok(Number(longer.body["leaseUntil"]) >= Number(made.body["leaseUntil"]) + 500_000);
  const both = await call("PATCH", "budgets/a", { leaseMs: 700_000, reserves: { emergency: 5 } });
  assert.deepEqual(both.body["reserves"], { emergency: 5 });
  const refused = await call("PATCH", "budgets/a", { leaseMs: 9_000_000, limits: { slots: 41 } });
  assert.equal(refused.status, 422);
  assert.equal((await budget("a"))?.leaseUntil, both.body["leaseUntil"], "refused as a whole, it is not prolonged");
  for (const [budgetId, leaseMs] of [
    ["root", 60_000],
    ["a", 0],
    ["a", 1e12],
  ] as const) {
    const answer = await call("PATCH", `budgets/${budgetId}`, { leaseMs });
    assert.deepEqual([answer.status, answer.body["pointer"]], [422, "/leaseMs"], `${budgetId} ${leaseMs}`);
  }
  assert.equal((await call("PATCH", "budgets/none", { leaseMs: 60_000 })).status, 404);
});

test("a policy says who may have how much, what happens when there is no more, and changes while it is used", async (t) => {
  const { call, budget } = await openApis(t);
  const reserves = { emergency: 20 };
  await call("POST", "budgets", { budgetId: "pool", limits: { credits: 100 }, reserves });
  const allocate = (requestId: string, credits: number, more: Json = {}) =>
    call("POST", "budgets/pool/allocations", { requestId, amounts: { credits }, ...more });
  assert.deepEqual((await allocate("a", 81)).body["remaining"], { credits: 80 });
  const held = await allocate("b", 80);
  assert.equal(held.status, 201);
  assert.equal((await allocate("c", 20, { reserve: "emergency" })).status, 201);
  const nobody = await allocate("d", 1, { tier: "gold" });
  assert.deepEqual([nobody.status, nobody.body["pointer"]], [422, "/tier"]);
  const below = await call("PATCH", "budgets/pool", { limits: { credits: 99 } });
  assert.deepEqual([below.status, below.body["remaining"]], [409, { credits: 0 }]);
  const exhaustion = { kind: "queue", waitMs: 10_000 };
  const changed = await call("PATCH", "budgets/pool", { limits: { credits: 110 }, exhaustion });
  assert.deepEqual([changed.status, changed.body["reserves"], changed.body["exhaustion"]], [200, reserves, exhaustion]);
  const waiting = allocate("e", 60);
  assert.equal((await call("DELETE", `budgets/pool/allocations/${String(held.body["allocationId"])}`)).status, 204);
  assert.equal((await waiting).status, 201, "it waited for what came back");
  assert.equal((await allocate("f", 60, { waitMs: 0 })).status, 409, "a request may say otherwise");
  await call("PATCH", "budgets/pool", { exhaustion: { kind: "degrade", leastPercent: 10 } });
  assert.deepEqual((await allocate("g", 60)).body["amounts"], { credits: 8 });
  assert.deepEqual((await budget("pool"))?.available, { credits: 22 });
  for (const [body, pointer] of [
    [{ reserves: { emergency: 101 } }, "/reserves/emergency"],
    [{ reserves: { a: 60, b: 60 } }, "/reserves"],
    [{ exhaustion: { kind: "queue" } }, "/exhaustion/waitMs"],
    [{ limits: { tokens: 1 } }, "/limits"],
    [{}, "/limits"],
  ] as const) {
    const answer = await call("PATCH", "budgets/pool", body);
    assert.deepEqual([answer.status, answer.body["pointer"]], [422, pointer], JSON.stringify(body));
  }
  assert.equal((await call("PATCH", "budgets/none", { reserves: {} })).status, 404);
});

test("what may not be is refused with the place, and changes nothing", async (t) => {
  const { call } = await openApis(t);
  const cases: readonly (readonly [Json, number, string])[] = [
    [{ budgetId: "x", limits: { credits: -1 } }, 422, "/limits/credits"],
    [{ budgetId: "x", limits: { credits: 1e16 } }, 422, "/limits/credits"],
    [{ budgetId: "x", limits: {} }, 422, "/limits"],
    [{ budgetId: "x", parentId: "x", limits: { credits: 1 } }, 422, "/parentId"],
    [{ budgetId: "x", parentId: "nobody", limits: { credits: 1 } }, 422, "/parentId"],
    [{ budgetId: "x", limits: { credits: 1 }, strategy: "generous" }, 422, "/strategy"],
    [{ budgetId: "x", limits: { credits: 1 }, color: "red" }, 422, "/color"],
    [{ limits: { credits: 1 } }, 422, "/budgetId"],
  ];
  for (const [body, status, pointer] of cases) {
    const answer = await call("POST", "budgets", body);
    assert.deepEqual([answer.status, answer.body["pointer"]], [status, pointer], JSON.stringify(body));
  }
  assert.deepEqual((await call("GET", "budgets")).body["budgets"], []);
  const wish = { requestId: "r", amounts: { credits: 1 } };
  assert.equal((await call("POST", "budgets/none/allocations", wish)).status, 404);
});

test("numbers that a double cannot tell apart, and bodies without end, are refused and change nothing", async (t) => {
  const { one, call, budget } = await openApis(t);
  await call("POST", "budgets", { budgetId: "pool", limits: { credits: 100, slots: 5 } });
  const send = async (method: "POST" | "PATCH", path: string, payload: string) => {
    const headers = { "content-type": "application/json" };
    const answer = await one.app.inject({ method, url: `/api/v1/${path}`, headers, payload });
    return [answer.statusCode, answer.json<Json>()["pointer"]];
  };
  for (const number of ["9007199254740992", "9007199254740993", "1e300", "1000000000000001", "0.5", '"1"', "null"]) {
    const made = await send("POST", "budgets", `{"budgetId":"x","limits":{"credits":${number}}}`);
    assert.deepEqual(made, [422, "/limits/credits"], number);
    const amended = await send("PATCH", "budgets/pool", `{"limits":{"credits":${number}}}`);
    assert.deepEqual(amended, [422, "/limits/credits"], number);
    const request = `{"requestId":"r","amounts":{"credits":${number}}}`;
    assert.deepEqual(await send("POST", "budgets/pool/allocations", request), [422, "/amounts/credits"], number);
    const least = `{"requestId":"r","amounts":{"credits":1},"least":{"credits":${number}}}`;
    assert.deepEqual(await send("POST", "budgets/pool/allocations", least), [422, "/least/credits"], number);
  }
  const many = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`r${index}`, 1]));
  const wide = await call("POST", "budgets", { budgetId: "x", limits: many });
  assert.deepEqual([wide.status, wide.body["pointer"]], [422, "/limits"]);
  const endless = await call("POST", "budgets", { budgetId: "x", limits: { credits: 1 }, holder: "x".repeat(300_000) });
  assert.equal(endless.status, 413);
  const pool = await budget("pool");
  assert.deepEqual(
    [pool?.limits, pool?.granted, pool?.leases],
    [{ credits: 100, slots: 5 }, { credits: 0, slots: 0 }, 0],
  );
  const audit = await call("GET", "budget-audit");
  assert.deepEqual([audit.body["faults"], audit.body["entries"]], [[], 1]);
});

test("with Redis away reads answer the last known state, and writes 503", async (t) => {
  const { one, call } = await openApis(t);
  one.feed({ kind: "store", status: { up: false, generation: 1 } });
  const read = await call("GET", "budgets");
  assert.deepEqual(read.body, { budgets: [], stale: true });
  assert.equal((await call("POST", "budgets", { budgetId: "x", limits: { credits: 1 } })).status, 503);
});
