/** Whatever a reasoner does, the swarm gets a decision: the safe one, committed for everybody, within the budget. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Verdict } from "@entrain/core/decision";
import type { Question, Reasoner } from "@entrain/ports";
import { createVirtualTime, type VirtualTime } from "@entrain/testkit/virtual-time";
import { createOracleWorld, hotPolicy, hotReading, ruleReasoner } from "./oracle-world.ts";

function setUp() {
  const time = createVirtualTime();
  return { time, world: createOracleWorld(time.clock, time.timers) };
}

const request = { agentId: "a", incarnation: 1, reading: hotReading };
const good: Verdict = { type: "ANOMALY_RESPONSE", action: "throttle", confidence: 1, reasoning: "hot" };
const named = (reason: (question: Question) => unknown): Reasoner => ({
  name: "odd",
  reason: reason as Reasoner["reason"],
});
const never = (): Promise<never> => Promise.withResolvers<never>().promise;

/** One decision with this reasoner, and what was reported. */
async function decideWith(time: VirtualTime, world: ReturnType<typeof setUp>["world"], reasoner: Reasoner) {
  const loop = world.join({ reasoner });
  await time.advance(5);
  const outcome = await time.until(loop.decide(request));
  return { loop, outcome, failures: world.eventsOf("reasoner.failed") };
}

const faults: readonly [
  string,
  "threw" | "late" | "invalid",
  (time: VirtualTime) => (question: Question) => unknown,
][] = [
  ["throws", "threw", () => () => assert.fail("a defect of its own")],
  ["rejects", "threw", () => () => Promise.reject(new Error("its model is away"))],
  [
    "rejects with an error of the platform",
    "threw",
    () => () => Promise.reject(new DOMException("gone", "AbortError")),
  ],
  ["hangs", "late", () => never],
  ["answers after its share of the budget", "late", (time) => () => time.sleep(900).then(() => good)],
  ["answers nothing", "invalid", () => () => undefined],
  ["answers a text", "invalid", () => () => "throttle"],
  ["names an action that the policy lacks", "invalid", () => () => ({ ...good, action: "format_disk" })],
  ["names a type that there is not", "invalid", () => () => ({ ...good, type: "PANIC" })],
  ["is more than certain", "invalid", () => () => Promise.resolve({ ...good, confidence: 100 })],
];

test("a reasoner is weighed against the rule where the policy wants it, and the decision's reasoning says so", async () => {
  const time = createVirtualTime();
  const rate = (safety: number) => ({ safety, performance: 0.5, availability: 0.5 });
  const ratings = Object.fromEntries(
    hotPolicy.actions.map((action) => [action, rate(action === "throttle" ? 0.1 : 0.9)]),
  );
  const weights = { safety: 0.7, performance: 0.2, availability: 0.1 };
  const policy = { ...hotPolicy, arbitration: { weights, safetyMargin: 0.4, ratings } };
  const world = createOracleWorld(time.clock, time.timers, policy);
  const rash = named(() => ({ ...good, reasoning: "be quick" }));
  const loop = world.join({ reasoner: rash });
  await time.advance(5);
  const { decision } = await time.until(loop.decide(request));
  assert.equal(decision.action, "cool_down");
  assert.match(decision.reasoning, /local throttle .*; safety overrides: cool_down is safer than throttle/);
});

for (const [what, cause, fault] of faults) {
  test(`a reasoner that ${what} brings the safe action for the swarm, and is reported`, async () => {
    const { time, world } = setUp();
    const { outcome, failures } = await decideWith(time, world, named(fault(time)));
    assert.deepEqual(
      [outcome.source, outcome.decision.type, outcome.decision.action],
      ["committed", "SAFE_MODE", "enter_safe_mode"],
    );
    assert.equal(outcome.decision.input.safeMode, false, "the swarm itself is well");
    assert.match(outcome.decision.reasoning, /reasoner odd failed/);
    assert.deepEqual(
      failures.map((failure) => [failure.reasoner, failure.cause]),
      [["odd", cause]],
    );
    assert.ok(outcome.latencyMs < hotPolicy.budgetMs, String(outcome.latencyMs));
    const other = await time.until(world.join().decide({ ...request, agentId: "b" }));
    assert.equal(other.decision.decisionId, outcome.decision.decisionId, "the others adopt it");
  });
}

test("a slow reasoner within its share of the budget is waited for", async () => {
  const { time, world } = setUp();
  const { outcome, failures } = await decideWith(
    time,
    world,
    named(() => time.sleep(700).then(() => good)),
  );
  assert.deepEqual([outcome.decision.action, failures.length], ["throttle", 0]);
});

test("a hanging reasoner is told to stop when its share is spent, and the commit still has its own", async () => {
  const { time, world } = setUp();
  let signal: Question["signal"] | undefined;
  const hanging = named((question) => {
    signal = question.signal;
    return never();
  });
  const { outcome } = await decideWith(time, world, hanging);
  assert.equal(signal?.aborted, true);
  assert.ok(outcome.latencyMs >= 800 && outcome.latencyMs < 810, String(outcome.latencyMs));
});

test("a decision that others made meanwhile ends the reasoning and is adopted; that is no failure", async () => {
  const { time, world } = setUp();
  const signals: Question["signal"][] = [];
  const slow = world.join({
    reasoner: named((question) => {
      signals.push(question.signal);
      return never();
    }),
  });
  const quick = world.join();
  await time.advance(5);
  const waiting = slow.decide(request);
  await time.advance(20);
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [false],
  );
  await time.until(quick.decide({ ...request, agentId: "b" }));
  const { source, latencyMs } = await time.until(waiting);
  assert.deepEqual([source, signals[0]?.aborted], ["adopted", true]);
  assert.ok(latencyMs < 40, String(latencyMs));
  assert.deepEqual([world.eventsOf("reasoner.failed").length, slow.stats().reasonerFailureRate], [0, 0]);
});

test("in safe mode no reasoner is asked", async () => {
  const { time, world } = setUp();
  world.store.health = 0.2;
  let asked = 0;
  await decideWith(
    time,
    world,
    named(() => ((asked += 1), good)),
  );
  assert.equal(asked, 0);
});

test("the failure rate is that of the last reasonings, and it fades so that safe mode can end", async () => {
  const { time, world } = setUp();
  let failing = true;
  const loop = world.join({
    reasoner: named((question) => {
      if (failing) throw new Error("broken");
      return ruleReasoner.reason(question);
    }),
  });
  for (const incidentId of ["1", "2", "3"]) await time.until(loop.decide({ ...request, incidentId }));
  assert.equal(loop.stats().reasonerFailureRate, 1);
  failing = false;
  await time.until(loop.decide({ ...request, incidentId: "4" }));
  assert.equal(loop.stats().reasonerFailureRate, 3 / 4);
  await time.advance(60_001);
  assert.equal(loop.stats().reasonerFailureRate, 0);
});
