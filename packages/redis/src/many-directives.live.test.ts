/** A look for what is to be done costs what it may, however much is open, and passes nothing over for good. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Redis } from "ioredis";
import { proposalOf } from "@entrain/testkit/conformance";
import { openStoreLab, type StoreLab } from "@entrain/testkit/store-lab";
import { createRedisStore, type RedisStore } from "./redis-store.ts";

let lab: StoreLab<RedisStore>;
let raw: Redis;
let store: RedisStore;

before(async () => {
  lab = await openStoreLab(createRedisStore);
  raw = new Redis(lab.redis.url);
});
beforeEach(async () => {
  store = await lab.swarm().client();
});
after(async () => {
  raw.disconnect();
  await lab[Symbol.asyncDispose]();
});

const names = (count: number, name: string): string[] =>
  Array.from({ length: count }, (_, n) => `${name}-${String(n).padStart(3, "0")}`);

/** Opens as many directives at these targets, one after the other. */
async function direct(count: number, name: string, targets: readonly string[]): Promise<readonly string[]> {
  const incidentIds = names(count, name);
  const directive = { scope: "swarm", targets, deadlineMs: 600_000, complianceMin: 1 } as const;
  for (const incidentId of incidentIds) await store.ledger.commit({ ...proposalOf(incidentId, "a"), directive });
  return incidentIds;
}

/** What was found, and how many directives were looked at for it. */
async function look(agentIds: readonly string[]) {
  await raw.config("RESETSTAT");
  const found = await store.directives.find(agentIds);
  const [, looked = "0"] = /cmdstat_hmget:calls=(\d+)/.exec(await raw.info("commandstats")) ?? [];
  return { incidentIds: found.map(({ incidentId }) => incidentId), looked: Number(looked) };
}

test("one agent is told of all that it has to do, oldest deadline first", async () => {
  const incidentIds = await direct(230, "i", ["a", "b"]);
  assert.deepEqual((await look(["a"])).incidentIds, incidentIds);
});

test("with as many agents a look takes a part of what is open, and the looks after it the others by turns", async () => {
  await direct(420, "others", ["b"]);
  const [late] = await direct(1, "late", ["a-000"]);
  const seen: (readonly string[])[] = [];
  for (let n = 0; n < 4; n++) {
    const { incidentIds, looked } = await look(names(1_000, "a"));
    // The store's own commands read some hashes besides.
    assert.ok(looked <= 210, `${looked} were looked at`);
    seen.push(incidentIds);
  }
  assert.deepEqual(seen, [[], [], [], [late]]);
});

test("a look ends where it has found enough, and goes on there", async () => {
  const agents = names(1_000, "a");
  const incidentIds = await direct(4, "i", agents);
  const found: Record<string, number> = {};
  for (let n = 0; n < 3; n++) {
    const { looked, incidentIds: told } = await look(agents);
    assert.ok(looked <= 6, `${looked} were looked at`);
    for (const incidentId of told) found[incidentId] = (found[incidentId] ?? 0) + 1;
  }
  assert.deepEqual(Object.keys(found).sort(), incidentIds);
});
