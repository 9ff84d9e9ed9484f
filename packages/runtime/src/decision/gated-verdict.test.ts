/** What reaches the whole fleet passes the safety gate, or becomes the safe action for everybody; and is judged again from its input. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { judgeFleetAction, type FleetMember, type Policy, type SafetyGate } from "@entrain/core/decision";
import type { Reasoner } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import type { AskApproval } from "./swarm-approval.ts";
import { createOracleWorld, hotPolicy, hotReading } from "./oracle-world.ts";

const safetyGate: SafetyGate = {
  failedShareMax: 0.2,
  healthFloor: 0.3,
  neighbours: 2,
  effects: { cool_down: { healthLoss: 0.2, spreadLoss: 0.1 } },
};
const fleetWide: Policy = {
  ...hotPolicy,
  safetyGate,
  rules: hotPolicy.rules.map((rule) => ({ ...rule, scope: "fleet" })),
};
const question = { agentId: "a", incarnation: 1, reading: hotReading };

const memberOf = (agentId: string, health: number): FleetMember => ({ agentId, health });
const missing: FleetMember = { agentId: "gone", health: 0, missing: true };

/** Voters that approve of everything. */
const approveAll: AskApproval = (_, { proposalId }) => Promise.resolve({ proposalId, passed: true, yes: 3, voters: 3 });

/** One decision of a swarm whose registry answers like this. */
async function decideWith(
  answer: () => Promise<readonly FleetMember[]>,
  policy = fleetWide,
  options: { readonly reasoner?: Reasoner } = {},
) {
  const time = createVirtualTime();
  const world = createOracleWorld(time.clock, time.timers, policy);
  const registry = { fleet: answer };
  const leadership = world.elect("a");
  const loop = world.join({ registry, askApproval: approveAll, ...options });
  await time.advance(5);
  const outcome = await time.until(loop.decide({ ...question, leadership }));
  const [judged] = world.eventsOf("gate.judged");
  return { outcome, judged };
}

const soundFleet = [memberOf("a", 1), memberOf("b", 0.9)];
const weakFleet = [memberOf("a", 1), memberOf("b", 0.4)];

test("an action that the fleet survives is decided, and the fleet that it was judged by is part of the input", async () => {
  const { outcome, judged } = await decideWith(() => Promise.resolve(soundFleet));
  assert.deepEqual([outcome.source, outcome.decision.action], ["committed", "cool_down"]);
  assert.deepEqual([judged?.outcome, judged?.members, judged?.failed], ["passed", 2, 0]);
  assert.deepEqual(outcome.decision.input.fleet, [
    { agentId: "a", health: 1 },
    { agentId: "b", health: 0.9 },
  ]);
});

test("an action that too many would not survive becomes the safe action for everybody, and says why", async () => {
  const { outcome, judged } = await decideWith(() => Promise.resolve(weakFleet));
  const { action, type, reasoning, input } = outcome.decision;
  assert.deepEqual([outcome.source, type, action], ["committed", "SAFE_MODE", "enter_safe_mode"]);
  assert.match(reasoning, /the safety gate blocks cool_down: 1 of 2 members would fail/);
  assert.deepEqual([judged?.outcome, judged?.failed], ["risk", 1]);
  const again = judgeFleetAction("cool_down", input.fleet ?? [], safetyGate);
  assert.equal(again.kind, "blocked", "the input gives the same judgement again (D2)");
});

test("members that are missing count as failed, and stand as missing in the input that is judged again", async () => {
  const { outcome, judged } = await decideWith(() => Promise.resolve([missing, ...soundFleet]));
  assert.deepEqual([outcome.decision.action, judged?.members, judged?.failed], ["enter_safe_mode", 3, 1]);
  assert.match(outcome.decision.reasoning, /1 of 3 members would fail \(1 of them missing already\)/);
  assert.deepEqual(outcome.decision.input.fleet, [...soundFleet, missing]);
});

test("an approved action goes to those that are alive, and who was missing is named in its directive", async () => {
  const propagation = { deadlineMs: 10_000, complianceMin: { swarm: 0.9, fleet: 0.95 } };
  const propagating = { ...fleetWide, propagation, safetyGate: { ...safetyGate, failedShareMax: 0.5 } };
  const { outcome } = await decideWith(() => Promise.resolve([missing, ...soundFleet]), propagating);
  const { targets, missing: named } = outcome.decision.directive ?? {};
  assert.deepEqual([outcome.decision.action, targets, named], ["cool_down", ["a", "b"], ["gone"]]);
  const whole = await decideWith(() => Promise.resolve(soundFleet), propagating);
  assert.equal(whole.outcome.decision.directive?.missing, undefined);
});

test("an action of which the policy does not say what it does is blocked, whoever names it", async () => {
  const rash: Reasoner = {
    name: "rash",
    reason: () => ({ type: "ANOMALY_RESPONSE", action: "shed_load", confidence: 1, reasoning: "now" }),
  };
  const { outcome, judged } = await decideWith(() => Promise.resolve(soundFleet), fleetWide, { reasoner: rash });
  assert.deepEqual([outcome.decision.action, judged?.outcome], ["enter_safe_mode", "unknown-action"]);
});

test("a registry that fails or hangs blocks, within the budget", async () => {
  for (const answer of [
    () => Promise.reject(new EntrainError("store-unavailable", "the store is away")),
    () => Promise.withResolvers<never>().promise,
    () => Promise.resolve([]),
  ]) {
    const { outcome, judged } = await decideWith(answer);
    assert.deepEqual([outcome.source, outcome.decision.action], ["committed", "enter_safe_mode"]);
    assert.equal(judged?.outcome, "error");
    assert.ok(outcome.latencyMs < hotPolicy.budgetMs);
    assert.equal(outcome.decision.input.fleet, undefined);
  }
});

test("a member whose health is no number blocks, and is no part of the input; also where the action is unknown besides", async () => {
  const answer = () => Promise.resolve([memberOf("a", 1), memberOf("b", NaN)]);
  for (const [effects, cause] of [
    [safetyGate.effects, "error"],
    [{}, "unknown-action"],
  ] as const) {
    const { outcome, judged } = await decideWith(answer, { ...fleetWide, safetyGate: { ...safetyGate, effects } });
    assert.deepEqual([outcome.source, outcome.decision.action], ["committed", "enter_safe_mode"]);
    assert.deepEqual([judged?.outcome, outcome.decision.input.fleet], [cause, undefined]);
  }
});

test("what does not reach the fleet asks nobody; an action with a known effect does, whatever its rule says", async () => {
  let asked = 0;
  const answer = () => {
    asked += 1;
    return Promise.resolve(weakFleet);
  };
  const { outcome } = await decideWith(answer, hotPolicy);
  assert.deepEqual([outcome.decision.action, asked], ["cool_down", 0]);
  const gated = await decideWith(answer, { ...hotPolicy, safetyGate });
  assert.deepEqual([gated.outcome.decision.action, asked], ["enter_safe_mode", 1]);
});
