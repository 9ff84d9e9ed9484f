/** S1: the store may have lost writes, and nobody who knew it before is fooled. */
import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { Redis } from "ioredis";
import { EntrainError } from "@entrain/kernel";
import { beatOf, offerOf, proposalOf, waitFor } from "@entrain/testkit/conformance";
import { openStoreLab, realClock, realTimers, type LabSwarm, type StoreLab } from "@entrain/testkit/store-lab";
import { endpointOf } from "./endpoint.ts";
import { createGenerationKeeper } from "./generation.ts";
import { storeKeys } from "./keys.ts";
import { openLink } from "./link.ts";
import { createRedisStore, type RedisStore } from "./redis-store.ts";
import { loadScripts } from "./scripts.ts";
import { readServerInfo } from "./server-info.ts";

/** Long, so that what is shown in the window does not depend on the machine: windowCloses() ends it. */
const recoveryWindowMs = 600_000;
const leaseMs = 500;
const fingerprint = { kind: "overheating", subject: "rack", band: "critical" };

let lab: StoreLab<RedisStore>;
let raw: Redis;

before(async () => {
  lab = await openStoreLab((options) => createRedisStore({ ...options, recoveryWindowMs }));
  raw = new Redis(lab.redis.url, { maxRetriesPerRequest: null });
  raw.on("error", () => undefined);
});
after(async () => {
  raw.disconnect();
  await lab[Symbol.asyncDispose]();
});

const candidate = (agentId: string, highestTerm = 0) => ({ agentId, incarnation: 1, highestTerm, leaseMs });

async function isUpIn(generation: number, ...stores: RedisStore[]): Promise<void> {
  await waitFor(`generation ${generation}`, () =>
    stores.every(({ health }) => health.status().up && health.status().generation === generation),
  );
}

/** A swarm with a leader, two members, one decision. */
async function settledSwarm() {
  const swarm = lab.swarm();
  const store = await swarm.client();
  await store.registry.register([offerOf("a"), offerOf("b")]);
  const answer = await store.election().campaign(candidate("a"));
  assert.ok(answer.kind === "granted");
  const { incident } = await store.ledger.open({ fingerprint }, 60_000);
  await store.ledger.commit(proposalOf(incident.incidentId, "a"), answer.held);
  return { swarm, store, held: answer.held, incidentId: incident.incidentId };
}

/** Lets the window end a moment from now, by the store's own clock. */
async function windowCloses(swarm: LabSwarm<RedisStore>): Promise<void> {
  const nowMs = async (): Promise<number> => {
    const [seconds, microseconds] = await raw.time();
    return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
  };
  const windowUntilMs = Math.ceil(await nowMs()) + 50;
  await raw.hset(storeKeys(swarm.swarmId).store, { windowUntilMs });
  await waitFor("the recovery window to close", async () => (await nowMs()) > windowUntilMs);
}

test("after a restart the generation is one higher, raised once for all clients, and data is still there", async () => {
  const { swarm, store, incidentId } = await settledSwarm();
  const others = await Promise.all(Array.from({ length: 5 }, () => swarm.client()));
  await lab.redis.kill();
  await waitFor("everybody to notice", () => [store, ...others].every(({ health }) => !health.status().up));
  await assert.rejects(store.ledger.stats(), { code: "store-unavailable" });
  await lab.redis.restart();
  await isUpIn(2, store, ...others);
  assert.deepEqual((await swarm.client()).health.status(), { up: true, generation: 2 });
  assert.equal((await store.ledger.read(incidentId))?.incidentId, incidentId);
  const changes = swarm.events.filter((event) => event.kind === "store.changed" && event.up && event.generation === 2);
  assert.equal(changes.length, 7, "each client says it once");
});

test("in the recovery window a leader is carried over by its renewal and nobody else is granted anything", async () => {
  const { swarm, store, held } = await settledSwarm();
  await lab.redis.restart();
  await isUpIn(2, store);
  const election = store.election();
  assert.equal((await election.campaign(candidate("b"))).kind, "record");
  await assert.rejects(store.ledger.commit(proposalOf("new", "b")), { code: "recovering" });
  await assert.rejects(store.ledger.commit(proposalOf("new", "a"), held), { code: "stale-term" });
  const renewed = await election.renew(held, leaseMs);
  assert.deepEqual(renewed, { kind: "renewed", held: { ...held, generation: 2 } });
  assert.equal((await election.renew(held, leaseMs)).kind, "refused", "the old generation is over");
  await store.registry.register([offerOf("c")]);
  assert.deepEqual((await store.registry.heartbeat([beatOf("a"), beatOf("c")])).unknown, []);
  await windowCloses(swarm);
  await waitFor("the lease that was renewed to end", async () => {
    const again = await election.campaign(candidate("b", held.term));
    return again.kind === "granted" && again.held.term > held.term && again.held.generation === 2;
  });
});

test("a leadership that is not renewed in the window is over with it, whatever its lease says", async () => {
  const { swarm, store, held } = await settledSwarm();
  await lab.redis.restart();
  await isUpIn(2, store);
  await raw.hset(storeKeys(swarm.swarmId).leader("swarm"), { leaseUntilMs: Date.now() + 30_000, leaseMs: 60_000 });
  assert.equal((await store.election().read())?.term, held.term, "shown in the window");
  await windowCloses(swarm);
  assert.equal(await store.election().read(), undefined);
  assert.deepEqual(await store.election().renew(held, leaseMs), { kind: "refused", leader: undefined });
  assert.equal((await store.election().campaign(candidate("b"))).kind, "granted");
});

test("a store that lost everything begins a new generation: no number comes back, terms grow on", async () => {
  const { swarm, store, held } = await settledSwarm();
  const view = await store.registry.snapshot();
  await raw.flushall();
  await lab.redis.restart();
  await isUpIn(2, store);
  assert.equal((await store.election().campaign(candidate("b", held.term))).kind, "record", "the window is open");
  assert.deepEqual((await store.registry.heartbeat([beatOf("a"), beatOf("b")])).unknown, ["a", "b"]);
  await store.registry.register([offerOf("a"), offerOf("b")]);
  assert.equal(await store.registry.changesSince(view.version), "resync");
  assert.ok((await store.registry.snapshot()).version > view.version);
  await assert.rejects(store.ledger.open({ fingerprint }, 60_000), { code: "recovering" });
  await windowCloses(swarm);
  const { incident } = await store.ledger.open({ fingerprint }, 60_000);
  assert.ok(incident.ordinal > 1, "an acted incident's name is not given out again");
  const answer = await store.election().campaign(candidate("b", held.term + 1e9));
  assert.ok(answer.kind === "granted" && answer.held.term === held.term + 1e9 + 1);
});

test("in the recovery window decisions are given back, and their incidents are open again with them (D4)", async () => {
  const { store, incidentId } = await settledSwarm();
  const decision = (await store.ledger.read(incidentId))!;
  await raw.flushall();
  await lab.redis.restart();
  await isUpIn(2, store);
  await assert.rejects(store.ledger.commit(proposalOf(incidentId, "b")), { code: "recovering" });
  assert.deepEqual(await store.ledger.reoffer([decision]), [{ kind: "restored", decision }]);
  assert.deepEqual((await store.ledger.open({ fingerprint }, 60_000)).decision, decision);
  assert.deepEqual((await store.ledger.commit(proposalOf(incidentId, "b"))).decision, decision);
});

test("an emptied store is noticed on an open connection, by the next command", async () => {
  const { store } = await settledSwarm();
  await raw.flushall();
  assert.deepEqual((await store.registry.heartbeat([beatOf("a")])).unknown, ["a"]);
  assert.deepEqual(store.health.status(), { up: true, generation: 2 });
});

test("a newcomer that finds an emptied store first does not hide the loss from those who knew it", async () => {
  const { swarm, store } = await settledSwarm();
  await raw.flushall();
  const newcomer = await swarm.client();
  assert.equal(newcomer.health.status().generation, 1);
  await store.ledger.stats();
  assert.equal(store.health.status().generation, 2);
  assert.equal((await newcomer.election().campaign(candidate("b"))).kind, "record", "the window is open");
  assert.equal(newcomer.health.status().generation, 2);
});

test("one who knew an earlier life raises the generation of a store that restarted as the same server", async () => {
  const { swarm, store } = await settledSwarm();
  const keys = storeKeys(swarm.swarmId);
  const ids = await raw.hmget(keys.store, "runId", "replicationId");
  await raw.del(keys.store);
  await raw.hset(keys.store, { generation: 1, life: "another", schema: 1, runId: ids[0]!, replicationId: ids[1]! });
  await raw.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
  await isUpIn(2, store);
  assert.equal((await store.election().campaign(candidate("b"))).kind, "record", "the window is open");
});

test("an old backup is noticed by those who knew a later generation", async () => {
  const { swarm, store } = await settledSwarm();
  const keys = storeKeys(swarm.swarmId);
  await lab.redis.restart();
  await isUpIn(2, store);
  await raw.hset(keys.store, { generation: 1 });
  await store.ledger.stats();
  assert.equal(store.health.status().generation, 3);
});

test("data of a newer release is refused in one sentence", async () => {
  const swarm = lab.swarm();
  await swarm.client();
  await raw.hset(storeKeys(swarm.swarmId).store, { schema: 2 });
  await assert.rejects(swarm.client(), { code: "invalid-config", message: /newer than this release/ });
});

test("a lease that a clock set back would make hours long ends after its own length", async () => {
  const { swarm, store } = await settledSwarm();
  await raw.hset(storeKeys(swarm.swarmId).leader("swarm"), { leaseUntilMs: Date.now() + 3_600_000 });
  assert.ok(((await store.election().read())?.remainingMs ?? 0) <= leaseMs);
  await waitFor("the lease to end", async () => {
    return (await store.election().campaign(candidate("b"))).kind === "granted";
  });
});

/** A client whose own leases are as long as this, and no longer. */
async function clientWithLease(t: TestContext, { swarmId }: LabSwarm<RedisStore>, longestMs: number) {
  const around = { redis: lab.redis.url, swarmId, clock: realClock, timers: realTimers };
  const store = createRedisStore({ ...around, recoveryWindowMs: longestMs });
  t.after(() => store.close());
  await store.connect();
  return store;
}

async function windowOf(swarm: LabSwarm<RedisStore>): Promise<{ readonly ms: number; readonly openedMs: number }> {
  const [untilMs, ms] = await raw.hmget(storeKeys(swarm.swarmId).store, "windowUntilMs", "windowMs");
  return { ms: Number(ms), openedMs: Number(untilMs) - Number(ms) };
}

test("the window is as long as the longest lease of all clients, whoever is back first", async (t) => {
  const swarm = lab.swarm();
  const [long, short] = await Promise.all([clientWithLease(t, swarm, 60_000), clientWithLease(t, swarm, 1)]);
  const held = await long.lock("l").campaign({ ...candidate("a"), leaseMs: 60_000 });
  assert.equal(held.kind, "granted");
  // The holder is cut off, and goes by its own clock.
  await long.close();
  await lab.redis.restart();
  await isUpIn(2, short);
  const mine = { ...candidate("b"), leaseMs: 1 };
  assert.equal((await short.lock("l").campaign(mine)).kind, "record", "the window is open");
  assert.equal((await windowOf(swarm)).ms, 60_000);

  // A second loss within the window does not shorten it, although nobody with such a lease is there any more.
  const before = await windowOf(swarm);
  await lab.redis.restart();
  await isUpIn(3, short);
  const after = await windowOf(swarm);
  assert.equal(after.openedMs + after.ms, before.openedMs + before.ms);
  await windowCloses(swarm);
  assert.equal((await short.lock("l").campaign(mine)).kind, "granted");
  await lab.redis.restart();
  await isUpIn(4, short);
  assert.equal((await windowOf(swarm)).ms, 1, "what nobody holds any more is waited for once");
});

test("after a store was emptied, whoever comes back with a longer lease makes the window longer", async (t) => {
  const swarm = lab.swarm();
  const [long, short] = await Promise.all([clientWithLease(t, swarm, 600_000), clientWithLease(t, swarm, 60_000)]);
  await raw.del(storeKeys(swarm.swarmId).store);
  await short.ledger.stats();
  const before = await windowOf(swarm);
  assert.equal(before.ms, 60_000);
  await long.ledger.stats();
  assert.deepEqual(await windowOf(swarm), { ms: 600_000, openedMs: before.openedMs });
  assert.deepEqual(
    [short, long].map(({ health }) => health.status().generation),
    [2, 2],
  );
});

test("a jump of the store's clock opens the window once for all who saw it", async () => {
  const swarm = lab.swarm();
  const store = await swarm.client();
  const keys = storeKeys(swarm.swarmId);
  const link = await openLink({
    endpoint: endpointOf(lab.redis.url, 1_000),
    timers: realTimers,
    name: "clock",
    openTimeoutMs: 1_000,
    signal: new AbortController().signal,
  });
  const server = await readServerInfo(link, 1_000);
  const keepers = Array.from({ length: 5 }, () =>
    createGenerationKeeper({
      ...{ scripts: loadScripts(), keys, windowMs: recoveryWindowMs, timeoutMs: 1_000 },
      onGeneration: () => undefined,
    }),
  );
  for (const keeper of keepers) assert.equal(await keeper.open(link, server), 1);
  for (const keeper of keepers) assert.equal(await keeper.open(link, server, true), 2);
  assert.equal((await store.election().campaign(candidate("a"))).kind, "record", "the window is open");
  link.end(new EntrainError("store-unavailable", "the test is over"));
});
