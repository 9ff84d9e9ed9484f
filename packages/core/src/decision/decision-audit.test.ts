import assert from "node:assert/strict";
import { test } from "node:test";
import { replayDecision } from "./decision-audit.ts";
import type { Decision, DecisionInput } from "./decision.ts";
import { defaultPolicy } from "./default-policy.ts";
import type { Policy, Rule } from "./policy.ts";

const rule: Rule = {
  id: "hot",
  when: "t.temperature >= 80.0",
  kind: "overheating",
  band: "critical",
  type: "ANOMALY_RESPONSE",
  action: "shed_load",
  confidence: 0.9,
  reasoning: "hot",
};
const gate = {
  failedShareMax: 0.2,
  healthFloor: 0.3,
  neighbours: 2,
  effects: { shed_load: { healthLoss: 0.5, spreadLoss: 0 } },
};
const gated: Policy = { ...defaultPolicy, safetyGate: gate };
const fleetOf = (health: number) => ["a", "b", "c"].map((agentId) => ({ agentId, health }));
const approval = { proposalId: "p-1", passed: true, yes: 2, voters: 3 };
const safe = { type: "SAFE_MODE", action: "enter_safe_mode" } as const;

function decided(changes: Partial<Decision> = {}, input: Partial<DecisionInput> = {}): Decision {
  const { type, action, confidence, reasoning } = rule;
  const reading = { temperature: 85 };
  return {
    ...{ decisionId: "d-1", incidentId: "i-1", type, action, confidence, reasoning, term: 1 },
    ...{ contextVersion: 1, policyHash: "p", inputHash: "h", committedBy: "a", committedAtMs: 1 },
    input: { reading, health: 1, safeMode: false, contextVersion: 1, policyHash: "p", ...input },
    ...changes,
  };
}

test("what the rules say again, what a reasoner said instead, and what fell back are told apart, and are no faults", () => {
  const said = (decision: Decision, found?: Rule) => replayDecision(decision, defaultPolicy, found);
  assert.deepEqual(said(decided(), rule), { rules: "same", faults: [] });
  assert.deepEqual(said(decided({ type: "NORMAL", action: "none" })), { rules: "same", faults: [] });
  assert.deepEqual(said(decided({ action: "throttle" }), rule), { rules: "other", faults: [] });
  const fallback = decided({ ...safe, reasoning: "safe action: reasoner http: no answer within 400 ms" });
  assert.deepEqual(said(fallback, rule), { rules: "fallback", faults: [] });
  assert.deepEqual(said(decided({ ...safe, reasoning: "I am afraid" }), rule), { rules: "other", faults: [] });
  assert.deepEqual(said(decided(safe, { health: 0.2, safeMode: true }), rule), { rules: "same", faults: [] });
});

const inFleet = { ...rule, scope: "fleet" } as const;
const faults: readonly (readonly [what: string, decision: Decision, rule: Rule, policy: Policy, found: RegExp])[] = [
  [
    "safe mode at a good health",
    decided(safe, { safeMode: true }),
    rule,
    defaultPolicy,
    /was of safe mode at a health of 1/,
  ],
  [
    "no safe mode at a bad one",
    decided({}, { health: 0.2 }),
    rule,
    defaultPolicy,
    /was not of safe mode at a health of 0.2/,
  ],
  [
    "an action in safe mode",
    decided({}, { health: 0.2, safeMode: true }),
    rule,
    defaultPolicy,
    /was shed_load in safe mode/,
  ],
  ["an action that there is not", decided({ action: "dance" }), rule, defaultPolicy, /none of its policy's actions/],
  [
    "what the gate blocks",
    decided({}, { fleet: fleetOf(0.6), approval }),
    inFleet,
    gated,
    /which the safety gate blocks/,
  ],
  ["a gate that saw nobody", decided({}, { approval }), inFleet, gated, /which the safety gate blocks/],
  ["a gated action of no scope", decided({}, { fleet: fleetOf(0.6) }), rule, gated, /which the safety gate blocks/],
  ["no approval", decided({}, { fleet: fleetOf(1) }), inFleet, gated, /which the voters have not approved/],
];

for (const [what, decision, found, policy, message] of faults)
  test(`a fault is found: ${what}`, () => {
    const { faults: told } = replayDecision(decision, policy, found);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? "", message);
  });

test("what has passed the gate and the voters is in order, and what they stopped became the safe action", () => {
  assert.deepEqual(replayDecision(decided({}, { fleet: fleetOf(1), approval }), gated, inFleet).faults, []);
  const stopped = decided({ ...safe, reasoning: "safe action: too many would fail" }, { fleet: fleetOf(0.6) });
  assert.deepEqual(replayDecision(stopped, gated, inFleet), { rules: "fallback", faults: [] });
});
