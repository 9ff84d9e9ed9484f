/** Budgets as a library user holds them, over a real Redis: kept while they are held, never used past their end. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { createRandom } from "@entrain/kernel";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { auditBudgets, createBudgetDesk, type BudgetDesk, type RoomStrategy } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { openStoreLab, realClock, realTimers, type StoreLab } from "@entrain/testkit/store-lab";
import { createAgent } from "entrain";

let lab: StoreLab<RedisStore>;
before(async () => {
  lab = await openStoreLab(createRedisStore);
});
after(() => lab[Symbol.asyncDispose]());

async function openDesk(swarm = lab.swarm()): Promise<{ desk: BudgetDesk; store: RedisStore; swarm: typeof swarm }> {
  const store = await swarm.client();
  const desk = createBudgetDesk({
    store: store.budgets,
    clock: realClock,
    timers: realTimers,
    random: createRandom(randomUUID()),
    holder: "worker",
    nextRequestId: randomUUID,
  });
  return { desk, store, swarm };
}

const available = async (desk: BudgetDesk, budgetId: string, resource: string) =>
  (await desk.read(budgetId))?.available[resource];

test("a lease is prolonged for as long as it is held, and comes back when it is released", async () => {
  const { desk } = await openDesk();
  await desk.create({ budgetId: "pool", limits: { slots: 10 } });
  {
    await using lease = await desk.allocate("pool", { amounts: { slots: 4 }, leaseMs: 200 });
    const until = performance.now() + 900;
    await waitFor("four leases' time has passed", async () => {
      lease.signal.throwIfAborted();
      assert.equal(await available(desk, "pool", "slots"), 6);
      return performance.now() > until;
    });
  }
  assert.equal(await available(desk, "pool", "slots"), 10);
});

test("a holder that cannot prolong is told before its part is given to another", async () => {
  const { desk, store, swarm } = await openDesk();
  await desk.create({ budgetId: "pool", limits: { slots: 1 } });
  const lease = await desk.allocate("pool", { amounts: { slots: 1 }, leaseMs: 600 });
  await store.close();
  const other = await openDesk(swarm);
  const next = await other.desk.allocate("pool", { amounts: { slots: 1 }, waitMs: 5_000 });
  assert.equal(lease.signal.aborted, true, "it had stopped by the time the slot was granted again");
  assert.equal((lease.signal.reason as { code: string }).code, "conflict");
  await next.release();
});

test("who takes less gets what is left, and who waits is granted as soon as there is room", async () => {
  const { desk } = await openDesk();
  await desk.create({ budgetId: "pool", limits: { slots: 10 } });
  const first = await desk.allocate("pool", { amounts: { slots: 7 } });
  const less = await desk.allocate("pool", { amounts: { slots: 8 }, least: { slots: 2 } });
  assert.deepEqual(less.amounts, { slots: 3 });
  await assert.rejects(desk.allocate("pool", { amounts: { slots: 1 } }), {
    code: "resource-exhausted",
    value: { slots: 0 },
  });
  const waiting = desk.allocate("pool", { amounts: { slots: 8 }, waitMs: 60_000 });
  await less.release();
  await first.release();
  const granted = await waiting;
  assert.deepEqual(granted.amounts, { slots: 8 });
  await granted.release();
  await assert.rejects(granted.consume({ slots: 1 }), { code: "cancelled" });
});

test("a strategy of one's own makes room for many at once without minting any (B1)", async () => {
  const { desk, store } = await openDesk();
  await desk.create({ budgetId: "pool", limits: { slots: 20 } });
  for (const budgetId of ["a", "b"]) await desk.create({ budgetId, parentId: "pool", limits: { slots: 10 } });
  const makeRoom: RoomStrategy = ({ siblings, lack }) =>
    siblings.map(({ budgetId }) => ({ from: budgetId, amounts: { slots: lack["slots"] ?? 0 } }));
  const results = await Promise.allSettled(
    Array.from({ length: 12 }, () => desk.allocate("a", { amounts: { slots: 4 }, makeRoom })),
  );
  const granted = results.filter(({ status }) => status === "fulfilled").length;
  assert.ok(granted > 2, "more than it had of its own");
  const [a, b] = await store.budgets.read(["a", "b"]);
  assert.ok(a !== undefined && b !== undefined);
  assert.deepEqual(a.granted, { slots: 4 * granted });
  assert.equal((a.limits["slots"] ?? 0) + (b.limits["slots"] ?? 0), 20);
  assert.deepEqual((await auditBudgets(store.budgets)).report.faults, []);
});

test("a wait is given up by its signal and by its deadline", async () => {
  const { desk } = await openDesk();
  await desk.create({ budgetId: "pool", limits: { slots: 1 } });
  await using _held = await desk.allocate("pool", { amounts: { slots: 1 } });
  const stop = new AbortController();
  const waiting = desk.allocate("pool", { amounts: { slots: 1 }, waitMs: 60_000, signal: stop.signal });
  stop.abort(new Error("no longer needed"));
  await assert.rejects(waiting, /no longer needed/);
  await assert.rejects(desk.allocate("pool", { amounts: { slots: 1 }, waitMs: 50 }), { code: "resource-exhausted" });
});

test("what was consumed is gone, the rest comes back", async () => {
  const { desk } = await openDesk();
  await desk.create({ budgetId: "run", limits: { tokens: 1_000, memory: 64 } });
  await desk.create({ budgetId: "step", parentId: "run", limits: { tokens: 500, memory: 32 }, leaseMs: 60_000 });
  await using lease = await desk.allocate("step", { amounts: { tokens: 200, memory: 16 } });
  await lease.consume({ tokens: 120 });
  await assert.rejects(lease.consume({ tokens: 100 }), { code: "invalid-argument" });
  await lease.release();
  assert.deepEqual((await desk.read("step"))?.available, { memory: 32, tokens: 380 });
  await desk.close("step");
  assert.deepEqual((await desk.read("run"))?.available, { memory: 64, tokens: 880 });
});

test("after the store may have lost writes nothing new is granted before the longest lease is over, and holders go on", async () => {
  const { desk, store, swarm } = await openDesk();
  await desk.create({ budgetId: "pool", limits: { slots: 10 } });
  await using lease = await desk.allocate("pool", { amounts: { slots: 4 }, leaseMs: 60_000 });
  const before = store.health.status().generation;
  await lab.redis.restart();
  await waitFor("a new generation", () => Promise.resolve(store.health.status().generation > before));
  const other = await openDesk(swarm);
  await assert.rejects(other.desk.allocate("pool", { amounts: { slots: 1 } }), { code: "recovering" });
  const { allocationId, budgetId } = lease;
  const outcome = await store.budgets.apply({ kind: "extend", budgetId, allocationId, leaseMs: 60_000 });
  assert.equal(outcome.kind, "extended");
  await lease.release();
});

test("where no coordinator is, an agent that coordinates writes checkpoints of the log", async () => {
  const swarm = lab.swarm();
  const { desk, store } = await openDesk(swarm);
  const own = { swarm: swarm.swarmId, redis: lab.redis.url, rhythm: { periodMs: 1_000 }, agentId: "keeper" };
  await using agent = createAgent({ ...own, coordinate: true });
  await agent.start();
  await agent.context.merge({ policy: { history: { budgetEntriesMax: 1_000 } } });
  await desk.create({ budgetId: "pool", limits: { slots: 300 } });
  const lease = await desk.allocate("pool", { amounts: { slots: 1 } });
  for (let n = 0; n < 200; n++) await desk.amend("pool", { limits: { slots: 300 + (n % 2) } });
  const checkpoint = await waitFor("a checkpoint", () => store.budgets.checkpoint(), 60_000);
  assert.ok(checkpoint.number >= 200);
  await lease.release();
});
