/** Every history has a bound: the commands are called with small ones. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Redis } from "ioredis";
import { allocationRequest, budgetDefinition, type BudgetCommand } from "@entrain/core/budget";
import { sessionTaskId } from "@entrain/core/session";
import { offerOf, proposalOf, waitFor } from "@entrain/testkit/conformance";
import { openStoreLab, realTimers, type StoreLab } from "@entrain/testkit/store-lab";
import { endpointOf } from "./endpoint.ts";
import { evaluate } from "./evaluate.ts";
import { unavailable } from "./failures.ts";
import { storeKeys, type StoreKeys } from "./keys.ts";
import { openLink, type Link, type Reply } from "./link.ts";
import { createRedisStore, type RedisStore } from "./redis-store.ts";
import { membersCommandKeys } from "./registry.ts";
import { loadScripts, type ScriptName } from "./scripts.ts";

const dayMs = 86_400_000;

let lab: StoreLab<RedisStore>;
let raw: Redis;
let link: Link;
let store: RedisStore;
let keys: StoreKeys;
let token: string;

before(async () => {
  lab = await openStoreLab(createRedisStore);
  raw = new Redis(lab.redis.url);
  const { signal } = new AbortController();
  const endpoint = endpointOf(lab.redis.url, 1_000);
  link = await openLink({ endpoint, timers: realTimers, name: "bounds", openTimeoutMs: 1_000, signal });
});
beforeEach(async () => {
  const swarm = lab.swarm();
  store = await swarm.client();
  keys = storeKeys(swarm.swarmId);
  token = `1 ${String(await raw.hget(keys.store, "life"))}`;
});
after(async () => {
  link.end(unavailable("the test is over"));
  raw.disconnect();
  await lab[Symbol.asyncDispose]();
});

function run(name: ScriptName, names: readonly string[], args: readonly (string | number)[]): Promise<Reply> {
  return evaluate(link, loadScripts()[name], [keys.store, ...names], [token, ...args], 1_000);
}

function commit(incidentId: string, decisionsMax: number, retentionMs = dayMs): Promise<Reply> {
  const { ledger, decisions, decisionSequence, decisionsLatest, incidents, incidentsActed } = keys;
  const leader = keys.leader("swarm");
  const names = [ledger, decisions, decisionSequence, decisionsLatest, incidents, incidentsActed, leader];
  const directive = { scope: "swarm", targets: ["a"], deadlineMs: dayMs, complianceMin: 1 };
  const text = JSON.stringify({ ...proposalOf(incidentId, "a"), directive });
  const head = [keys.channels.decisions, keys.actsPrefix, incidentId, `${incidentId}#a`, text];
  const args = [...head, decisionsMax, retentionMs, keys.directivesPrefix, 1];
  return run("commit-decision", [...names, keys.directivesOpen], args);
}

function openIncident(fingerprint: string, fingerprintsMax: number, retentionMs = dayMs): Promise<Reply> {
  const { ledger, decisions, incidents, incidentsSeen } = keys;
  const names = [ledger, decisions, incidents, incidentsSeen];
  return run("open-incident", names, [fingerprint, dayMs, fingerprintsMax, retentionMs]);
}

test("the oldest decisions go with their acts, and an incident that is still open is not decided twice", async () => {
  assert.deepEqual(await openIncident("k/s/b", 10), ["1", null]);
  for (const incidentId of ["k/s/b/1", "second", "third"]) {
    await commit(incidentId, 2);
    await store.ledger.recordActs([
      { agentId: "a", incidentId, decisionId: "d", action: "x", source: "adopted", atMs: 1 },
    ]);
  }
  const { entries } = await store.ledger.list(10);
  assert.deepEqual(
    entries.map(({ decision }) => decision.incidentId),
    ["third", "second"],
  );
  assert.equal((await raw.keys(`${keys.actsPrefix}*`)).length, 2);
  assert.equal((await raw.keys(`${keys.directivesPrefix}*`)).length, 2);
  assert.equal((await store.directives.figures()).open, 2, "a directive goes with its decision");
  assert.equal((await store.ledger.stats()).count, 3, "counts are of the ledger's life");
  assert.deepEqual(await openIncident("k/s/b", 10), ["2", null], "the incident whose decision is gone is closed");
});

test("decisions go by their age as well", async () => {
  await commit("first", 10);
  const { decision } = (await store.ledger.list(1)).entries[0]!;
  await raw.hset(
    keys.decisions,
    "first",
    JSON.stringify({ ...decision, committedAtMs: decision.committedAtMs - dayMs - 1 }),
  );
  await commit("second", 10);
  assert.equal(await store.ledger.read("first"), undefined);
  assert.equal((await store.ledger.list(10)).entries.length, 1);
});

test("a forgotten fingerprint never gets an ordinal back that it had", async () => {
  for (let ordinal = 1; ordinal <= 3; ordinal++) {
    assert.deepEqual(await openIncident("k/first/b", 10), [String(ordinal), null]);
    await raw.hset(keys.incidents, "k/first/b", `${ordinal} 0`);
  }
  await openIncident("k/second/b", 1);
  assert.equal(await raw.hlen(keys.incidents), 1);
  assert.deepEqual(await openIncident("k/first/b", 10), ["4", null]);
});

test("a name that ends like an occurrence is none: given back and forgotten, it raises nobody's ordinals", async () => {
  const { decision } = await store.ledger.commit(proposalOf("now", "a"));
  const { committedAtMs } = decision;
  const names = ["deploy/20240612123456789", "a/b/c/20240612123456789", "a/b/c/202406121234567", "a/b/c/007", "/1"];
  const lost = names.map((incidentId) => ({ ...proposalOf(incidentId, "a"), term: 0, committedAtMs }));
  for (const { kind } of await store.ledger.reoffer(lost)) assert.equal(kind, "restored");
  assert.deepEqual(await raw.hkeys(keys.incidents), []);
  assert.deepEqual(await openIncident("k/first/b", 1), ["1", null]);
  assert.deepEqual(await openIncident("k/second/b", 1), ["1", null]);
  assert.deepEqual(await openIncident("k/first/b", 1), ["2", null]);
});

/** Acts of one agent: on an incident, from a source. */
function record(bounds: readonly [incidents: number, acts: number, alone: number], acts: readonly [string, string][]) {
  const [incidents, perIncident, alone] = bounds;
  const args = acts.flatMap(([incidentId, source], n) => [incidentId, `a${n}`, source, "d", "x", "{}"]);
  return run(
    "record-acts",
    [keys.ledger, keys.incidentsActed, keys.incidentsAlone],
    [keys.actsPrefix, incidents, dayMs, perIncident, alone, ...args],
  );
}

test("acts of forgotten incidents go, and an incident keeps and counts a bounded number", async () => {
  assert.equal(await record([10, 1, 10], [["one", "safe-alone"]]), 1);
  assert.equal(
    await record(
      [10, 1, 10],
      [
        ["other", "adopted"],
        ["one", "safe-alone"],
      ],
    ),
    1,
  );
  assert.equal(await record([1, 1, 10], [["two", "safe-alone"]]), 1);
  assert.deepEqual(await raw.keys(`${keys.actsPrefix}*`), [`${keys.actsPrefix}two`]);
  assert.equal((await store.ledger.stats()).safeAlone, 2);
});

test("as many incidents are forgotten as a batch of acts brings", async () => {
  const batch = (name: string) => Array.from({ length: 100 }, (_, n): [string, string] => [`${name}-${n}`, "adopted"]);
  for (const name of ["first", "second", "third"]) assert.equal(await record([100, 10, 10], batch(name)), 100);
  assert.equal(await raw.zcard(keys.incidentsActed), 100);
  assert.equal((await raw.keys(`${keys.actsPrefix}third-*`)).length, 100);
});

test("acts on what the store never named push none on a decision out, and count once", async () => {
  await record([10, 10, 10], [["k/s/b/1", "adopted"]]);
  for (let n = 0; n < 25; n++) {
    const acts: [string, string][] = [
      [`k/s/b-${n}/alone/d`, "safe-alone"],
      [`k/t/b-${n}/alone/d`, "local"],
    ];
    assert.equal(await record([10, 10, 10], acts), 2);
    assert.equal(await record([10, 10, 10], acts), 0);
  }
  assert.deepEqual(await raw.keys(`${keys.actsPrefix}*`), [`${keys.actsPrefix}k/s/b/1`]);
  assert.equal(await raw.zcard(keys.incidentsAlone), 10);
  assert.deepEqual(await store.ledger.stats(), { count: 0, divergence: 0, safeAlone: 25 });
});

test("a full swarm refuses newcomers and no one else", async () => {
  const register = (agentId: string, incarnation: number) =>
    run("register", membersCommandKeys(keys), [
      ...[keys.channels.membership, 1, 1, 1, 3_000],
      ...[agentId, incarnation, 1e6, JSON.stringify(offerOf(agentId))],
    ]);
  await register("a", 1);
  await assert.rejects(register("b", 1), { code: "resource-exhausted", message: /the swarm is full: at most 1/ });
  await register("a", 2);
  await store.registry.leave("a", 2);
  await register("b", 1);
});

test("beyond the voters that may be nobody becomes one, until one leaves", async () => {
  const enroll = (agentId: string, votersMax: number) =>
    run(
      "enroll-voter",
      [...membersCommandKeys(keys), keys.votes.candidates],
      [keys.channels.membership, agentId, 1, 0, dayMs, votersMax],
    );
  for (const agentId of ["a", "b", "c"]) await store.registry.register([offerOf(agentId)]);
  const kinds = async (votersMax: number) => {
    const replies = [await enroll("a", votersMax), await enroll("b", votersMax)];
    return replies.map((reply) => (reply as readonly Reply[])[0]);
  };
  assert.deepEqual(await kinds(1), ["enrolled", "full"]);
  await store.registry.leave("a", 1);
  assert.deepEqual(await kinds(1), ["unknown", "enrolled"]);
});

test("who waits to be a voter is not remembered beyond a bound: then all that wait begin anew", async () => {
  for (const agentId of ["a", "b", "c"]) {
    await store.registry.register([offerOf(agentId)]);
    await run(
      "enroll-voter",
      [...membersCommandKeys(keys), keys.votes.candidates],
      [keys.channels.membership, agentId, 1, dayMs, dayMs, 1],
    );
  }
  assert.deepEqual(await raw.hkeys(keys.votes.candidates), ["c"]);
});

test("proposals are kept up to a bound: the oldest goes when its time is over, and until then no new one comes in", async () => {
  const propose = (id: string, giveUpMs: number) =>
    run(
      "open-proposal",
      [keys.membership, keys.votes.voters, keys.votes.proposals],
      [keys.channels.proposals, keys.prefix, id, `{"id":"${id}"}`, "a", 2, giveUpMs, 3, 2],
    );
  assert.equal(await propose("short", 200), "proposed");
  assert.equal(await propose("long", dayMs), "proposed");
  assert.equal(await propose("third", dayMs), "full");
  await waitFor("the time of the oldest to be over", async () => (await propose("third", dayMs)) === "proposed");
  assert.deepEqual((await raw.keys(`${keys.prefix}proposal:*`)).length, 2);
  assert.equal(await propose("fourth", dayMs), "full");
});

test("a listing takes as many commands as it needs", async () => {
  for (let index = 0; index < 230; index++) await commit(`incident-${index}`, 1_000);
  const first = await store.ledger.list(120);
  assert.equal(first.entries.length, 120);
  const rest = await store.ledger.list(1_000, first.next);
  assert.equal(rest.entries.length, 110);
  assert.equal(rest.next, undefined);
  assert.equal(rest.entries.at(-1)?.decision.incidentId, "incident-0");
});

test("ended sessions go by their age and by their number, with their logs; one that goes on stays", async () => {
  const open = (sessionId: string) =>
    store.sessions.create({
      ...{ sessionId, input: null, timeoutMs: 60_000, iterationsMax: 1, budget: null },
      goal: { description: "", criteria: [], threshold: 100 },
      pattern: { capability: "hello" },
    });
  async function end(sessionId: string): Promise<void> {
    await store.tasks.apply({ kind: "cancel", taskIds: [sessionTaskId(sessionId)], cause: "over" });
    assert.equal(await store.sessions.cancel(sessionId, "over"), true);
  }
  const kept = async () => (await store.sessions.list(10)).sessions.map(({ spec }) => spec.sessionId);
  for (const id of ["goes-on", "old", "first", "second", "last"]) await open(id);
  await end("old");
  await raw.zadd(keys.sessionsEnded, Date.now() - dayMs - 1_000, "old");
  await end("first");
  assert.deepEqual(await kept(), ["last", "second", "first", "goes-on"]);
  assert.equal(await store.sessions.read("old", 0), undefined);
  assert.equal(await raw.exists(`${keys.prefix}session:old`, `${keys.prefix}session-log:old`), 0);
  // As if a thousand had ended since.
  const since = Array.from({ length: 1_000 }, (_, n) => [Date.now() + n, `other-${n}`]).flat();
  await raw.zadd(keys.sessionsEnded, ...since);
  await end("second");
  assert.deepEqual(await kept(), ["last", "second", "goes-on"], "the one that ended first is gone");
  assert.equal(await raw.zcard(keys.sessionsEnded), 1_000);
});

test("of an elastic budget that borrows again and again one loan of each lender is kept", async () => {
  const apply = (command: BudgetCommand) => store.budgets.apply(command);
  const elastic = { parentId: "root", limits: { slots: 10 }, strategy: "elastic" } as const;
  for (const wish of [
    { budgetId: "root", limits: { slots: 20 } },
    ...["a", "b"].map((budgetId) => ({ budgetId, ...elastic })),
  ])
    await apply({ kind: "create", definition: budgetDefinition(wish) });
  for (let n = 0; n < 15; n++)
    await apply({ kind: "allocate", request: allocationRequest("a", { requestId: `r-${n}`, amounts: { slots: 1 } }) });
  assert.equal(await raw.hget(`${keys.prefix}budget:a`, "loans"), JSON.stringify([["b", "slots", "5"]]));
});
