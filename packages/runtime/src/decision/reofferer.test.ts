/** What becomes of decisions that a store has lost with its last writes (D4). */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Act, Decision } from "@entrain/core/decision";
import type { StoreHealth, StoreStatus } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createOracleWorld, hotReading } from "./oracle-world.ts";
import type { Fate } from "./oracle-store.ts";

const question = { incarnation: 1, reading: hotReading, incidentId: "i-1" };
const sound: Fate = { thereMs: 0.5, backMs: 0.5 };

/** A world whose store comes back in a new generation when a test says so. */
async function setUp(pushMs?: () => number | undefined) {
  const time = createVirtualTime();
  const world = createOracleWorld(time.clock, time.timers);
  const watchers = new Set<(status: StoreStatus) => void>();
  let status: StoreStatus = { up: true, generation: 1 };
  const health: StoreHealth = {
    status: () => status,
    watch(onChange) {
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
  };
  const set = (next: StoreStatus): void => {
    status = next;
    for (const watcher of [...watchers]) watcher(next);
  };
  const link: { fate: (command: string) => Fate } = { fate: () => sound };
  const told: Act[] = [];
  const onActsLost = (acts: readonly Act[]): void => void told.push(...acts);
  const loop = world.join({ health, onActsLost, fate: (command) => link.fate(command), ...(pushMs && { pushMs }) });
  await time.advance(5);
  const { decision } = await time.until(loop.decide({ ...question, agentId: "a" }));
  return { time, world, set, link, loop, decision, told };
}

test("in a new generation a lost decision is given back, and everybody decides as before", async () => {
  const { time, world, set, decision } = await setUp();
  world.store.lose(["i-1"]);
  set({ up: true, generation: 2 });
  await time.advance(5);
  assert.deepEqual(world.store.decisions.get("i-1"), decision);
  const newcomer = world.join();
  await time.advance(5);
  const { decision: theirs } = await time.until(newcomer.decide({ ...question, agentId: "b" }));
  assert.deepEqual(theirs, decision);
  const [told, ...others] = world.eventsOf("decision.reoffered");
  assert.deepEqual([told?.outcome, told?.decisionId, others.length], ["restored", decision.decisionId, 0]);
});

test("nothing is given back in the generation that a process finds, nor twice in one", async () => {
  const { time, world, set } = await setUp();
  world.store.lose(["i-1"]);
  set({ up: false, generation: 1 });
  set({ up: true, generation: 1 });
  await time.advance(5);
  assert.equal(world.store.decisions.has("i-1"), false);
  set({ up: true, generation: 2 });
  await time.advance(5);
  world.store.lose(["i-1"]);
  set({ up: false, generation: 2 });
  set({ up: true, generation: 2 });
  await time.advance(5);
  assert.equal(world.store.decisions.has("i-1"), false);
});

test("where another decision stands by now, it is the one from now on, and the loss is told", async () => {
  const { time, world, set, loop, decision } = await setUp();
  world.store.lose(["i-1"]);
  const { decision: standing } = await time.until(world.join().decide({ ...question, agentId: "b" }));
  assert.notEqual(standing.decisionId, decision.decisionId);
  set({ up: true, generation: 2 });
  await time.advance(5);
  const outcome = await time.until(loop.decide({ ...question, agentId: "a" }));
  assert.deepEqual(outcome.decision, standing);
  const [told] = world.eventsOf("decision.reoffered");
  assert.deepEqual([told?.outcome, told?.standingId], ["replaced", standing.decisionId]);
});

test("a failed attempt is repeated until the ledger has answered; until then memory is not believed without it", async () => {
  const { time, world, set, link, loop, decision } = await setUp();
  world.store.lose(["i-1"]);
  const { decision: standing } = await time.until(world.join().decide({ ...question, agentId: "b" }));
  link.fate = (command) => (command === "reoffer" ? { ...sound, lost: "request" } : sound);
  set({ up: true, generation: 2 });
  const outcome = await time.until(loop.decide({ ...question, agentId: "a" }));
  assert.deepEqual(outcome.decision, standing, "the ledger was asked");
  assert.notEqual(standing.decisionId, decision.decisionId);
  await time.advance(1_000);
  assert.ok(world.eventsOf("follow.failed").some(({ what }) => what === "ledger"));
  link.fate = () => sound;
  world.store.lose(["i-1"]);
  await time.advance(10_000);
  assert.deepEqual(world.store.decisions.get("i-1"), standing, "given back in the end");
});

test("a decision that a process knows and finds missing as it decides is given back then", async () => {
  const { time, world, loop } = await setUp();
  const reading = { ...hotReading, subject: "rack-9" };
  const first = await time.until(loop.decide({ agentId: "a", incarnation: 1, reading }));
  world.store.lose([first.decision.incidentId]);
  const again = await time.until(loop.decide({ agentId: "c", incarnation: 1, reading }));
  assert.deepEqual(again.decision, first.decision);
  assert.equal(world.store.commits.length, 2, "nothing new was committed");
});

/** What `a` did by it. */
function actOf({ decisionId, incidentId, action, committedAtMs }: Decision): Act {
  return { agentId: "a", incidentId, decisionId, action, source: "committed", atMs: committedAtMs };
}

test("acts on a decision that was lost are told again once, by who did them, whether it is restored or another stands", async () => {
  for (const other of [false, true]) {
    const { time, world, set, loop, decision, told } = await setUp();
    await time.until(loop.decide({ ...question, agentId: "c" }));
    world.store.lose(["i-1"]);
    if (other) await time.until(world.join().decide({ ...question, agentId: "b" }));
    assert.deepEqual(told, [], "in the generation of the answers nothing is lost");
    set({ up: true, generation: 2 });
    await time.advance(5);
    const adopted: Act = { ...actOf(decision), agentId: "c", source: "adopted" };
    assert.deepEqual(told, [actOf(decision), adopted]);
    await time.until(loop.decide({ ...question, agentId: "a" }));
    set({ up: false, generation: 2 });
    set({ up: true, generation: 2 });
    await time.advance(1_000);
    assert.equal(told.length, 2);
  }
});

test("acts are told again also where another decision is heard of before the lost one was given back", async () => {
  for (const heard of ["by a push", "by asking the ledger", "by the answer of another loop"] as const) {
    const { time, world, set, link, loop, decision, told } = await setUp(() => (heard === "by a push" ? 1 : undefined));
    world.store.lose(["i-1"]);
    link.fate = (command) => (command === "reoffer" ? { ...sound, lost: "request" } : sound);
    set({ up: true, generation: 2 });
    const theirs = await time.until(world.join().decide({ ...question, agentId: "b" }));
    if (heard === "by asking the ledger") await time.until(loop.decide({ ...question, agentId: "a" }));
    if (heard === "by the answer of another loop")
      loop.agree({ ...question, agentId: "a" }, { ...theirs, source: "adopted" });
    await time.advance(10);
    assert.deepEqual(told, [actOf(decision)], heard);
  }
});
