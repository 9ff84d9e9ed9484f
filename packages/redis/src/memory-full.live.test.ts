/** S2: when memory is full, what keeps the swarm together goes on and what lets it grow is refused. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Redis } from "ioredis";
import { initialGoal } from "@entrain/core/rhythm";
import { allocate, assertBalanced, beatOf, make, offerOf, proposalOf, waitFor } from "@entrain/testkit/conformance";
import { openStoreLab, type StoreLab } from "@entrain/testkit/store-lab";
import { createRedisStore, type RedisStore } from "./redis-store.ts";

const fingerprint = { kind: "overheating", subject: "rack", band: "critical" };
const full = { code: "resource-exhausted", message: /is full and takes nothing new/ };

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

test("in a full memory parts of budgets are prolonged, reported on, given back and reclaimed, and children prolonged; nothing is granted", async () => {
  const { budgets } = await lab.swarm().client();
  await make(budgets, { budgetId: "pool", limits: { credits: 100, slots: 10 } });
  await make(budgets, { budgetId: "child", parentId: "pool", limits: { slots: 2 }, leaseMs: 60_000 });
  const granted = async (requestId: string, leaseMs: number) => {
    const outcome = await allocate(budgets, "pool", { requestId, amounts: { credits: 10, slots: 1 }, leaseMs });
    assert.ok(outcome.kind === "granted");
    return { budgetId: "pool", allocationId: outcome.grant.allocationId };
  };
  const held = await granted("held", 60_000);
  await granted("lost", 500);
  await raw.config("SET", "maxmemory", "1mb");
  try {
    await assert.rejects(raw.set("anything", "new"), /OOM/);
    assert.equal((await budgets.apply({ kind: "extend", ...held, leaseMs: 90_000 })).kind, "extended");
    assert.equal((await budgets.apply({ kind: "prolong", budgetId: "child", leaseMs: 90_000 })).kind, "extended");
    assert.equal((await budgets.apply({ kind: "consume", ...held, consumed: { credits: 4 } })).kind, "done");
    await assert.rejects(allocate(budgets, "pool", { requestId: "new", amounts: { slots: 1 } }), full);
    await assert.rejects(make(budgets, { budgetId: "other", limits: { slots: 1 } }), full);
    await assert.rejects(budgets.setDefaults({ version: 1, policies: {} }), full);
    assert.deepEqual(await budgets.apply({ kind: "release", ...held }), { kind: "done" });
    await waitFor("the lease of who vanished is over", async () => {
      await budgets.reclaim();
      return (await budgets.read(["pool"]))[0]?.leases === 0;
    });
    assert.deepEqual(await budgets.apply({ kind: "close", budgetId: "child" }), { kind: "done" });
    const [pool] = await budgets.read(["pool"]);
    assert.deepEqual(
      [pool?.available, pool?.used],
      [
        { credits: 86, slots: 10 },
        { credits: 14, slots: 0 },
      ],
    );
  } finally {
    await raw.config("SET", "maxmemory", "0");
  }
  assert.equal((await allocate(budgets, "pool", { requestId: "new", amounts: { slots: 1 } })).kind, "granted");
  await assertBalanced(budgets);
});

test("in a full memory leaders are renewed, released and made, members live on and leave; growth is refused", async () => {
  const store = await lab.swarm().client();
  const election = store.election();
  const candidate = { agentId: "a", incarnation: 1, highestTerm: 0, leaseMs: 1_000 };
  await store.registry.register([offerOf("a"), offerOf("b")]);
  const answer = await election.campaign(candidate);
  assert.ok(answer.kind === "granted");
  const { held } = answer;
  const share = { holderId: "a", sequence: 1, hasMilli: 0, wantsMilli: 1_000, limitMilli: 1_000 };
  const { grantedMilli: hasMilli } = await store.rates.refresh("upstream", share);
  await store.ledger.commit(proposalOf("incident", "a"), held);
  await raw.config("SET", "maxmemory", "1mb");
  try {
    await assert.rejects(raw.set("anything", "new"), /OOM/);
    assert.equal((await election.renew(held, 1_000)).kind, "renewed");
    assert.deepEqual((await store.registry.heartbeat([beatOf("a", 1, 0.5), beatOf("b")])).unknown, []);
    assert.equal((await store.ledger.read("incident"))?.decisionId, "incident#a");
    assert.equal((await store.globalState.snapshot()).alive, 2);
    assert.equal((await store.ledger.list(10)).entries.length, 1);
    assert.equal((await store.goals.readOrCreate(initialGoal("sync", 1_000, 0))).periodNs, 1e9);
    assert.equal((await store.rates.refresh("upstream", { ...share, sequence: 2, hasMilli })).grantedMilli, hasMilli);
    await assert.rejects(store.rates.refresh("upstream", { ...share, holderId: "b" }), full);
    await store.rates.release("upstream", "a");
    await assert.rejects(store.registry.register([offerOf("c")]), full);
    await assert.rejects(store.registry.register([{ ...offerOf("b"), capabilities: ["scan"] }]), full);
    assert.deepEqual((await store.registry.heartbeat([beatOf("b")])).unknown, [], "it lives on with its old offer");
    await assert.rejects(store.ledger.open({ fingerprint }, 1_000), full);
    await assert.rejects(store.ledger.commit(proposalOf("more", "a")), full);
    await store.registry.leave("b", 1);
    await election.release(held);
    assert.equal((await election.campaign({ ...candidate, agentId: "b" })).kind, "granted");
    assert.equal(store.health.status().up, true);
  } finally {
    await raw.config("SET", "maxmemory", "0");
  }
  await store.registry.register([offerOf("c")]);
});
