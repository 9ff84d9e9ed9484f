/** What the loop does when the store is slow, away, or comes back (D3). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson, EntrainError } from "@entrain/kernel";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createOracleWorld, hotPolicy, hotReading, sha256Hex } from "./oracle-world.ts";
import type { Fate } from "./oracle-store.ts";

const request = { agentId: "a", incarnation: 1, reading: hotReading };
const sound: Fate = { thereMs: 0.5, backMs: 0.5 };

/** A world, and a loop whose commands fare as `fate` says; `fate` may be changed. */
function setUp() {
  const time = createVirtualTime();
  const world = createOracleWorld(time.clock, time.timers);
  const link: { fate: (command: string) => Fate } = { fate: () => sound };
  return { time, world, link, loop: world.join({ fate: (command) => link.fate(command) }) };
}

const away = (): Fate => ({ ...sound, lost: "request" });

test("with the ledger away the safe action is taken alone when the budget ends, not later", async () => {
  const { time, link, loop } = setUp();
  await time.advance(5);
  link.fate = away;
  const { decision, source, latencyMs } = await time.until(loop.decide(request));
  assert.deepEqual([source, decision.type, decision.action], ["safe-alone", "SAFE_MODE", "enter_safe_mode"]);
  assert.ok(latencyMs >= 1_000 && latencyMs <= 1_001, String(latencyMs));
  assert.match(decision.reasoning, /no answer within 400 ms/);
  assert.deepEqual([decision.term, decision.committedAtMs, decision.committedBy], [0, 0, "a"]);
});

test("with the store away from the beginning the process's own policy decides what is safe", async () => {
  const { time, world } = setUp();
  const { decision, source, contextHit } = await time.until(world.join({ fate: away }).decide(request));
  assert.deepEqual(
    [source, contextHit, decision.contextVersion, decision.input.health],
    ["safe-alone", false, 0, null],
  );
  assert.equal(decision.policyHash, sha256Hex(canonicalJson(hotPolicy)));
});

test("a store that errs at once and for good, by its own word, is not asked until the budget ends", async () => {
  const { time, world } = setUp();
  const { ledger } = world.store.connect(() => sound);
  const closed = { ...ledger, open: () => Promise.reject(new EntrainError("invalid-config", "wrong password")) };
  const loop = world.join({ ledger: closed });
  await time.advance(5);
  const { source, latencyMs, decision } = await time.until(loop.decide(request));
  assert.deepEqual([source, latencyMs], ["safe-alone", 0]);
  assert.match(decision.reasoning, /wrong password/);
});

test("a store that is away for a part of the budget costs no decision", async () => {
  const { time, link, loop, world } = setUp();
  await time.advance(5);
  link.fate = away;
  const deciding = loop.decide(request);
  await time.advance(300);
  link.fate = () => sound;
  const { source } = await time.until(deciding);
  assert.equal(source, "committed");
  assert.equal(world.store.commits.length, 1);
});

test("a commit whose answer is lost is repeated, and one's own decision is recognised", async () => {
  const { time, link, loop, world } = setUp();
  await time.advance(5);
  let commits = 0;
  link.fate = (command) => (command === "commit" && commits++ === 0 ? { ...sound, lost: "answer" } : sound);
  const { source } = await time.until(loop.decide(request));
  assert.equal(source, "committed");
  assert.equal(world.store.commits.length, 1);
});

test("a proposal whose answer never came is not what was done alone, and the difference is reported", async () => {
  const { time, world } = setUp();
  const answered = (command: string): Fate => (command === "commit" ? { ...sound, lost: "answer" } : sound);
  const loop = world.join({ fate: answered, pushMs: () => undefined });
  await time.advance(5);
  const { source, decision } = await time.until(loop.decide(request));
  const standing = world.store.decisions.get(decision.incidentId);
  assert.deepEqual([source, decision.action, standing?.action], ["safe-alone", "enter_safe_mode", "cool_down"]);
  assert.notEqual(decision.decisionId, standing?.decisionId);
  await time.advance(2_000);
  const [reconciled] = world.eventsOf("decision.reconciled");
  assert.deepEqual([reconciled?.acted, reconciled?.ledgerAction], ["enter_safe_mode", "cool_down"]);
});

test("a safe action taken alone is compared with the ledger when that is back, by its fingerprint", async () => {
  const { time, world, link, loop } = setUp();
  const healthy = world.join();
  await time.advance(5);
  link.fate = away;
  const alone = loop.decide(request);
  const { decision: agreed } = await time.until(healthy.decide({ ...request, agentId: "b" }));
  assert.equal((await time.until(alone)).source, "safe-alone");
  assert.equal(loop.stats().unreconciled, 1);
  await time.advance(10_000);
  assert.equal(world.eventsOf("decision.reconciled").length, 0, "the store is still away");
  link.fate = () => sound;
  await time.advance(10_000);
  assert.deepEqual(world.eventsOf("decision.reconciled"), [
    {
      kind: "decision.reconciled",
      agentId: "a",
      incidentId: agreed.incidentId,
      acted: "enter_safe_mode",
      ledgerAction: "cool_down",
    },
  ]);
  assert.equal(loop.stats().unreconciled, 0);
});

test("a safe action on an incident that the caller named is looked up by that name, however late", async () => {
  const { time, world, link, loop } = setUp();
  await time.advance(5);
  link.fate = away;
  await time.until(loop.decide({ ...request, incidentId: "drill-1" }));
  await time.advance(600_000);
  link.fate = () => sound;
  await time.advance(60_000);
  const [reconciled] = world.eventsOf("decision.reconciled");
  assert.deepEqual([reconciled?.incidentId, reconciled?.ledgerAction], ["drill-1", null]);
});

test("an occurrence that was never named and is long over is given up, and nothing is opened for it", async () => {
  const { time, world, link, loop } = setUp();
  await time.advance(5);
  link.fate = away;
  const { decision } = await time.until(loop.decide(request));
  await time.advance(hotPolicy.cooldownMs + 60_000);
  const opened: string[] = [];
  link.fate = (command) => (opened.push(command), sound);
  await time.advance(60_000);
  const [reconciled] = world.eventsOf("decision.reconciled");
  assert.deepEqual([reconciled?.incidentId, reconciled?.ledgerAction], [decision.incidentId, null]);
  assert.ok(!opened.includes("open"));
});

test("a context that cannot be refreshed is served stale, its health believed for 5 s and unknown after that", async () => {
  const { time, world, link, loop } = setUp();
  world.store.health = 0.3;
  await time.advance(5);
  await time.until(loop.decide({ ...request, incidentId: "1" }));
  link.fate = (command) => (command === "snapshot" ? away() : sound);
  await time.advance(2_000);
  const soon = await time.until(loop.decide({ ...request, incidentId: "2" }));
  await time.advance(5_000);
  const later = await time.until(loop.decide({ ...request, incidentId: "3" }));
  assert.deepEqual([soon.contextHit, soon.source, soon.decision.input.health], [false, "committed", 0.3]);
  assert.deepEqual(
    [later.source, later.decision.input.health, later.decision.action],
    ["committed", null, "cool_down"],
  );
  assert.ok(world.eventsOf("context.served").some(({ stale }) => stale));
});

test("on a context older than 10 s nothing is proposed: what others decide is adopted, else the safe action is taken alone", async () => {
  const { time, world, link, loop } = setUp();
  const other = world.join();
  await time.advance(5);
  await time.until(loop.decide({ ...request, incidentId: "1" }));
  link.fate = (command) => (command === "snapshot" ? away() : sound);
  await time.advance(10_001);
  const alone = await time.until(loop.decide({ ...request, incidentId: "2" }));
  assert.deepEqual([alone.source, alone.decision.action], ["safe-alone", "enter_safe_mode"]);
  assert.match(alone.decision.reasoning, /the swarm's context was read not for \d+ ms/);
  assert.equal(world.store.decisions.has("2"), false);
  const waiting = loop.decide({ ...request, incidentId: "3" });
  const { decision } = await time.until(other.decide({ ...request, agentId: "b", incidentId: "3" }));
  assert.deepEqual((await time.until(waiting)).decision, decision);
  link.fate = () => sound;
  await time.advance(30_000);
  const { source } = await time.until(loop.decide({ ...request, incidentId: "4" }));
  assert.equal(source, "committed");
});

test("a context that comes late, but within the budget, is proposed on", async () => {
  const { time, world } = setUp();
  const fate = (command: string): Fate => (command === "snapshot" ? { thereMs: 150, backMs: 150 } : sound);
  const loop = world.join({ fate });
  const { source, decision, contextHit } = await time.until(loop.decide(request));
  assert.deepEqual([source, contextHit, decision.input.health], ["committed", false, 1]);
});

test("a decision whose push is missed is found in the ledger, though the context is too old to propose on", async () => {
  const { time, world } = setUp();
  const other = world.join();
  const fate = (command: string): Fate => (command === "snapshot" ? away() : sound);
  const deaf = world.join({ fate, pushMs: () => undefined });
  await time.advance(5);
  const waiting = deaf.decide({ ...request, incidentId: "1" });
  await time.advance(300);
  const { decision } = await time.until(other.decide({ ...request, agentId: "b", incidentId: "1" }));
  const outcome = await time.until(waiting);
  assert.deepEqual([outcome.source, outcome.decision], ["adopted", decision]);
});

test("with the store away reads of the context pause longer and longer, and never crowd", async () => {
  const { time, world, link, loop } = setUp();
  await time.advance(5);
  link.fate = away;
  const deciding = Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      time.sleep(index * 500).then(() => loop.decide({ ...request, incidentId: `i-${index}` })),
    ),
  );
  await time.advance(11_000);
  const reads = world.eventsOf("context.read").filter(({ ok }) => !ok);
  assert.ok(reads.length > 5 && reads.length < 40, String(reads.length));
  assert.ok((await time.until(deciding)).every(({ source }) => source === "safe-alone"));
});

test("a store that hangs blocks nothing for longer than the budget", async () => {
  const { time, world } = setUp();
  const never = <T>(): Promise<T> => Promise.withResolvers<T>().promise;
  const { ledger, globalState } = world.store.connect(() => sound);
  const loop = world.join({
    ledger: { ...ledger, open: never, commit: never, read: never },
    globalState: { ...globalState, snapshot: never },
  });
  const { source, latencyMs } = await time.until(loop.decide(request));
  assert.deepEqual([source, latencyMs], ["safe-alone", 1_000]);
});
