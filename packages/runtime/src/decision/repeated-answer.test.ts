/** An agent that is asked again about an incident on which it has acted does nothing else about it, whatever the store does (D1). */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DecideOutcome, StoreHealth } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createOracleWorld, hotPolicy, hotReading } from "./oracle-world.ts";
import type { Fate } from "./oracle-store.ts";

const request = { agentId: "a", incarnation: 1, reading: hotReading };
const named = { ...request, incidentId: "drill-1" };
const sound: Fate = { thereMs: 0.5, backMs: 0.5 };
const away = (): Fate => ({ ...sound, lost: "request" });

/** A world, and a loop whose commands fare as `fate` says; `fate` and the store's generation may be changed. */
async function setUp() {
  const time = createVirtualTime();
  const world = createOracleWorld(time.clock, time.timers);
  const link: { fate: (command: string) => Fate; generation: number } = { fate: () => sound, generation: 1 };
  const health: StoreHealth = {
    status: () => ({ up: true, generation: link.generation }),
    watch: () => () => undefined,
  };
  const loop = world.join({ health, fate: (command) => link.fate(command) });
  await time.advance(5);
  return { time, world, link, loop };
}

/** The answer without what differs from question to question. */
function answerOf({ decision, source }: DecideOutcome) {
  return { decision, source };
}

for (const [how, question] of [
  ["the rules named", request],
  ["its caller named", named],
] as const)
  test(`asked again about an incident that ${how}, with a store that recovers, an agent repeats what it was answered`, async () => {
    const { time, link, loop } = await setUp();
    const first = await time.until(loop.decide(question));
    assert.deepEqual([first.source, first.decision.action], ["committed", "cool_down"]);
    assert.equal(first.repeatedBecause, undefined);
    await time.advance(5);
    link.fate = away;
    link.generation = 2;
    const again = await time.until(loop.decide(question));
    assert.deepEqual(answerOf(again), answerOf(first));
    assert.match(again.repeatedBecause ?? "", /no answer within 400 ms/);
    assert.equal(loop.stats().unreconciled, 0);
  });

test("an agent that has not acted yet takes the safe action alone, though others of its process have acted", async () => {
  const { time, link, loop } = await setUp();
  await time.until(loop.decide(request));
  link.fate = away;
  link.generation = 2;
  const other = await time.until(loop.decide({ ...request, agentId: "b" }));
  assert.deepEqual([other.source, other.decision.action], ["safe-alone", "enter_safe_mode"]);
});

test("an occurrence that the store has named and then decides nothing about is the one that was acted on", async () => {
  const { time, world, link, loop } = await setUp();
  const first = await time.until(loop.decide(request));
  world.store.lose([first.decision.incidentId]);
  link.fate = (command) => (command === "open" || command === "snapshot" ? sound : away());
  const again = await time.until(loop.decide(request));
  assert.deepEqual(answerOf(again), answerOf(first));
});

test("a safe action taken alone is repeated as the same act, and gives way to the ledger's decision later", async () => {
  const { time, world, link, loop } = await setUp();
  link.fate = away;
  const first = await time.until(loop.decide(request));
  const again = await time.until(loop.decide(request));
  assert.deepEqual(answerOf(again), answerOf(first));
  assert.deepEqual([again.source, loop.stats().unreconciled], ["safe-alone", 1]);
  assert.ok(again.repeatedBecause !== undefined);
  link.fate = () => sound;
  const later = await time.until(loop.decide(request));
  assert.deepEqual([later.source, later.decision.action], ["committed", "cool_down"]);
  link.fate = away;
  const last = await time.until(loop.decide(request));
  assert.deepEqual(answerOf(last), answerOf(later));
  assert.equal(world.store.commits.length, 1);
});

test("after the cooldown the reading may be of a new incident, and the safe action is taken alone", async () => {
  const { time, link, loop } = await setUp();
  await time.until(loop.decide(request));
  link.fate = away;
  await time.advance(hotPolicy.cooldownMs);
  const { source, repeatedBecause } = await time.until(loop.decide(request));
  assert.deepEqual([source, repeatedBecause], ["safe-alone", undefined]);
});

test("what another loop answered counts: where that one is alone with a question asked again, its agent is not", async () => {
  const { time, world, link, loop } = await setUp();
  const theirs = world.join({ fate: (command) => link.fate(command) });
  await time.advance(5);
  const first = loop.agree(request, await time.until(theirs.decide(request)));
  link.fate = away;
  const newcomer = world.join({ fate: away });
  const alone = await time.until(newcomer.decide(request));
  assert.equal(alone.source, "safe-alone");
  const again = loop.agree(request, alone);
  assert.deepEqual(answerOf(again), answerOf(first));
  assert.match(again.repeatedBecause ?? "", /no answer within 400 ms/);
  const other = { ...request, agentId: "b" };
  const unknown = await time.until(newcomer.decide(other));
  assert.equal(loop.agree(other, unknown), unknown, "b was never answered");
  assert.deepEqual(answerOf(await time.until(loop.decide(other))), answerOf(unknown), "and is now");
});
