/** S2: when memory is full, what keeps the swarm together goes on and what lets it grow is refused. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Redis } from "ioredis";
import { initialGoal } from "@entrain/core/rhythm";
import { beatOf, offerOf, proposalOf } from "@entrain/testkit/conformance";
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
