/** Budgets and rates at coordinators: what many callers at several of them may have together, and what a crash leaves. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { auditBudgets, createSystemClock, systemTimers } from "@entrain/runtime";
import { Redis } from "ioredis";
import { waitFor } from "@entrain/testkit/conformance";
import { connectCoordinator, type Coordinator } from "entrain";
import { startService, type ServiceProcess } from "./service-process.ts";

const swarm = `coordinators-${randomUUID()}`;
const started = new AsyncDisposableStack();
let redis: TestRedis;
let services: readonly ServiceProcess[];
let coordinators: readonly [Coordinator, Coordinator];

before(async () => {
  redis = started.use(await acquireTestRedis());
  const env = { ENTRAIN_SWARM: swarm, REDIS_URL: redis.url, ENTRAIN_STORE_TIMEOUT: "4s", ENTRAIN_LEASE: "5s" };
  services = [started.use(startService("coordinator", env)), started.use(startService("coordinator", env))];
  const [one, other] = await Promise.all(
    services.map(async (service) => String((await service.ready())["grpcAddress"])),
  );
  assert.ok(one !== undefined && other !== undefined);
  coordinators = [connect(one), connect(other)];
});
after(() => started.disposeAsync());

function connect(address: string): Coordinator {
  return started.use(connectCoordinator(address, { swarm, holder: "tester", insecure: false, deadlineMs: 15_000 }));
}

/** Every logged change replayed, held against what the store says. */
async function faults(): Promise<readonly string[]> {
  return (await audit()).report.faults;
}

async function audit(): ReturnType<typeof auditBudgets> {
  const store = createRedisStore({
    redis: redis.url,
    swarmId: swarm,
    clock: createSystemClock(),
    timers: systemTimers,
  });
  await store.connect();
  try {
    return await auditBudgets(store.budgets);
  } finally {
    await store.close();
  }
}

test("of 50 allocators at two coordinators that want 1,000 of a pool of 10,000 each, exactly 10 have it, 40 learn what is left", async (t) => {
  await coordinators[0].budget.create({ budgetId: "pool", limits: { credits: 10_000 } });
  const asked = Array.from({ length: 50 }, (_, n) =>
    coordinators[n % 2 === 0 ? 0 : 1].budget.allocate("pool", { amounts: { credits: 1_000 } }),
  );
  const results = await Promise.allSettled(asked);
  const leases = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const refusals = results.flatMap((result) =>
    result.status === "rejected" ? [EntrainError.from(result.reason)] : [],
  );
  t.diagnostic(`${leases.length} granted, ${refusals.length} refused`);
  assert.deepEqual([leases.length, refusals.length], [10, 40]);
  for (const { code, value } of refusals) assert.deepEqual([code, value], ["resource-exhausted", { credits: 0 }]);
  const [first] = leases;
  await first?.consume({ credits: 400 });
  await Promise.all(leases.map((lease) => lease.release()));
  const pool = await coordinators[1].budget.read("pool");
  assert.deepEqual(
    [pool?.used, pool?.granted, pool?.available, pool?.leases],
    [{ credits: 400 }, { credits: 0 }, { credits: 9_600 }, 0],
  );
  assert.deepEqual(await faults(), []);
});

test("a child budget is prolonged at a coordinator, and lives on", async () => {
  const [{ budget }, other] = coordinators;
  await budget.create({ budgetId: "brief", parentId: "pool", limits: { credits: 10 }, leaseMs: 10_000 });
  const before = (await budget.read("brief"))?.leaseUntilMs ?? 0;
  await other.budget.extend("brief", 600_000);
  assert.ok(((await budget.read("brief"))?.leaseUntilMs ?? 0) >= before + 500_000);
  await assert.rejects(budget.extend("pool", 600_000), { code: "invalid-argument", field: "leaseMs" });
  await assert.rejects(budget.extend("brief", 0), { code: "invalid-argument", field: "leaseMs" });
  await budget.close("brief");
});

test("what a budget may not be is refused with the field, and changes nothing", async () => {
  const [{ budget }] = coordinators;
  await assert.rejects(budget.create({ budgetId: "child", parentId: "nowhere", limits: { credits: 1 } }), {
    code: "not-found",
  });
  await assert.rejects(budget.allocate("pool", { amounts: { credits: -1 } }), { code: "invalid-argument" });
  await assert.rejects(budget.allocate("pool", { amounts: { tokens: 1 } }), {
    code: "invalid-argument",
    field: "amounts/tokens",
  });
  await assert.rejects(budget.create({ budgetId: "pool", limits: { credits: 9 } }), { code: "already-exists" });
  assert.equal(await budget.read("child"), undefined);
});

test("reserves, tiers and exhaustion of the live policy hold at both coordinators, without a restart", async () => {
  const [{ budget, context }, other] = coordinators;
  await budget.create({ budgetId: "shared", limits: { credits: 100 } });
  const write = async (budgets: unknown): Promise<void> => {
    const { version: baseVersion } = await context.read();
    const note = { author: "tester", reason: "a lean week", baseVersion };
    await context.patch({ kind: "merge", patch: { policy: { resource: { budgets } } } as never }, note);
  };
  const left = (at: Coordinator) =>
    at.budget.allocate("shared", { amounts: { credits: 101 }, waitMs: 0 }).then(
      () => assert.fail("there are not so many"),
      (thrown: unknown) => (EntrainError.from(thrown).value as { readonly credits: number }).credits,
    );
  await write({ shared: { reserves: { emergency: 30 }, exhaustion: { kind: "queue", waitMs: 1_000 } } });
  await waitFor("the policy is in force", async () => (await left(other)) === 70);
  assert.equal(await left(coordinators[0]), 70);
  assert.deepEqual((await other.budget.read("shared"))?.policy.exhaustion, { kind: "queue", waitMs: 1_000 });
  await assert.rejects(write({ shared: { reserves: { emergency: 70, parallel: 70 } } }), {
    code: "invalid-argument",
    field: "/policy/resource/budgets/shared/reserves",
  });
  await write(null);
  await waitFor("it is no longer", async () => (await left(coordinators[0])) === 100);
  await budget.close("shared");
  assert.deepEqual(await faults(), []);
});

test("two clients of a rate at two coordinators have no more than it together", async () => {
  const held = coordinators.map((coordinator) => coordinator.rate("upstream", { perSecond: 200 }));
  const untilMs = performance.now() + 2_000;
  const taken = await Promise.all(
    held.map(async (rate) => {
      let count = 0;
      while (performance.now() < untilMs)
        await rate.take({ timeoutMs: 500 }).then(
          () => (count += 1),
          () => undefined,
        );
      return count;
    }),
  );
  const total = taken.reduce((sum, count) => sum + count, 0);
  // 2 s and what may be saved up by each of the two.
  assert.ok(total > 200 && total <= 200 * 2.2, taken.join(" + "));
  const [{ context }] = coordinators;
  const policy = { resource: { rates: { upstream: { perSecond: 50 } } } };
  const { version: baseVersion } = await context.read();
  const note = { author: "tester", reason: "the upstream is slow", baseVersion };
  await context.patch({ kind: "merge", patch: { policy } }, note);
  await waitFor("the policy's rate is in force in both", () => {
    for (const rate of held) rate.tryTake();
    return Promise.resolve(held.every((rate) => rate.status().limitPerSecond === 50));
  });
  const wrong = { policy: { resource: { rates: { upstream: { perSecond: -1 } } } } };
  await assert.rejects(context.patch({ kind: "merge", patch: wrong }, { ...note, baseVersion: baseVersion + 1 }), {
    code: "invalid-argument",
    field: "/policy/resource/rates/upstream/perSecond",
  });
});

test("coordinators write a checkpoint when the log has grown by enough, and a balance that is forged after it is found", async () => {
  const [{ budget, context }] = coordinators;
  const { version } = await context.read();
  const note = { author: "tester", reason: "a short log", baseVersion: version };
  await context.patch({ kind: "merge", patch: { policy: { history: { budgetEntriesMax: 1_000 } } } }, note);
  await budget.create({ budgetId: "busy", limits: { slots: 100 } });
  for (let n = 0; n < 100; n++) {
    await using lease = await budget.allocate("busy", { amounts: { slots: 1 } });
    assert.ok(lease.allocationId);
  }
  await waitFor("a checkpoint", async () => (await audit()).report.from > 0, 60_000);
  const { report } = await audit();
  assert.deepEqual([report.faults, report.complete], [[], true]);
  const raw = new Redis(redis.url);
  await raw.hincrby(`entrain:{${swarm}}:budget:busy`, "limit:slots", 5);
  assert.match((await faults()).join(), /busy: limits of slots is 105, the log comes to 100/);
  await raw.hincrby(`entrain:{${swarm}}:budget:busy`, "limit:slots", -5);
  raw.disconnect();
  assert.deepEqual(await faults(), []);
});

test("an allocation whose coordinator was killed under it is answered the same by the other, and released there", async () => {
  const env = { ENTRAIN_SWARM: swarm, REDIS_URL: redis.url, ENTRAIN_STORE_TIMEOUT: "4s", ENTRAIN_LEASE: "5s" };
  await using doomed = startService("coordinator", env);
  const line = await doomed.ready();
  const client = connect(String(line["grpcAddress"]));
  const wish = { amounts: { credits: 600 }, requestId: "once", leaseMs: 30_000 };
  const lease = await client.budget.allocate("pool", wish);
  process.kill(Number(line["pid"]), "SIGKILL");
  await assert.rejects(lease.consume({ credits: 100 }), { code: "unavailable" });
  const again = await coordinators[0].budget.allocate("pool", wish);
  assert.equal(again.allocationId, lease.allocationId);
  await again.consume({ credits: 100 });
  await again.release();
  const available = (await coordinators[1].budget.read("pool"))?.available;
  assert.deepEqual(available, { credits: 9_500 });
  assert.deepEqual(await faults(), []);
  await waitFor("the killed one is gone", async () => (await doomed.ended) === null);
});
