import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EntrainError } from "@entrain/kernel";
import { defaultPolicy } from "./default-policy.ts";
import { checkPolicy, policyLimits } from "./policy.ts";

const rule = defaultPolicy.rules[0]!;
const refused = (field: string) => (error: unknown) =>
  error instanceof EntrainError && error.code === "invalid-argument" && error.field === field;

test("the policy that ships passes its own check unchanged", () => {
  assert.deepEqual(checkPolicy(defaultPolicy), defaultPolicy);
});

test("a policy that went through JSON is the same policy", () => {
  assert.deepEqual(checkPolicy(JSON.parse(JSON.stringify(defaultPolicy))), defaultPolicy);
});

test("what keeps a state from flapping is kept", () => {
  const rules = [{ ...rule, holdsWhile: "t.x > 1.0", enterAfter: 3, leaveAfter: policyLimits.readings }];
  assert.deepEqual(checkPolicy({ ...defaultPolicy, rules }).rules, rules);
});

test("an arbitration is checked with the policy and kept", () => {
  const even = { safety: 0.5, performance: 0.5, availability: 0.5 };
  const weights = { safety: 0.7, performance: 0.2, availability: 0.1 };
  const ratings = Object.fromEntries(defaultPolicy.actions.map((action) => [action, even]));
  const policy = { ...defaultPolicy, arbitration: { weights, safetyMargin: 0.4, ratings } };
  assert.deepEqual(checkPolicy(policy), policy);
  const wrong = { ...policy, arbitration: { ...policy.arbitration, ratings: {} } };
  assert.throws(() => checkPolicy(wrong), refused(`policy.arbitration.ratings.${defaultPolicy.actions[0]}`));
});

test("a propagation is filled in with its defaults, and its wrong fields are named", () => {
  const { propagation } = checkPolicy({ ...defaultPolicy, propagation: {} });
  assert.deepEqual(propagation, { deadlineMs: 10_000, complianceMin: { swarm: 0.9, fleet: 0.95 } });
  const half = checkPolicy({ ...defaultPolicy, propagation: { complianceMin: { fleet: 1 } } });
  assert.deepEqual(half.propagation?.complianceMin, { swarm: 0.9, fleet: 1 });
  for (const [field, wrong] of [
    ["", 5],
    [".deadlineMs", { deadlineMs: 99 }],
    [".deadlineMs", { deadlineMs: 1_000.5 }],
    [".complianceMin.swarm", { complianceMin: { swarm: 0 } }],
    [".complianceMin.fleet", { complianceMin: { fleet: 95 } }],
    [".complianceMin.local", { complianceMin: { local: 1 } }],
    [".dedline", { dedline: 1_000 }],
  ] as const)
    assert.throws(() => checkPolicy({ ...defaultPolicy, propagation: wrong }), refused(`policy.propagation${field}`));
});

test("members that a policy does not have are dropped, so that they cannot change its hash", () => {
  const given = { ...defaultPolicy, note: "hello", rules: [{ ...rule, colour: "red" }] };
  assert.deepEqual(checkPolicy(given), { ...defaultPolicy, rules: [rule] });
});

test("each wrong field is named", () => {
  const cases: [string, unknown][] = [
    ["policy", null],
    ["policy", []],
    ["policy.actions", { ...defaultPolicy, actions: "throttle" }],
    ["policy.actions[1]", { ...defaultPolicy, actions: ["throttle", "two words"] }],
    ["policy.safeAction", { ...defaultPolicy, safeAction: "explode" }],
    ["policy.safeAction", { ...defaultPolicy, safeAction: undefined }],
    ["policy.safeModeHealth", { ...defaultPolicy, safeModeHealth: 1.5 }],
    ["policy.safeModeHealth", { ...defaultPolicy, safeModeHealth: NaN }],
    ["policy.cooldownMs", { ...defaultPolicy, cooldownMs: 0 }],
    ["policy.budgetMs", { ...defaultPolicy, budgetMs: Infinity }],
    ["policy.budgetMs", { ...defaultPolicy, budgetMs: "1s" }],
    ["policy.leaderFirstMs", { ...defaultPolicy, leaderFirstMs: defaultPolicy.budgetMs }],
    ["policy.rules", { ...defaultPolicy, rules: undefined }],
    ["policy.rules[0]", { ...defaultPolicy, rules: ["t.x > 1"] }],
    ["policy.rules[0].action", { ...defaultPolicy, rules: [{ ...rule, action: "dance" }] }],
    ["policy.rules[0].type", { ...defaultPolicy, rules: [{ ...rule, type: "WHIM" }] }],
    ["policy.rules[0].when", { ...defaultPolicy, rules: [{ ...rule, when: " " }] }],
    ["policy.rules[0].when", { ...defaultPolicy, rules: [{ ...rule, when: "t".repeat(policyLimits.when + 1) }] }],
    ["policy.rules[0].holdsWhile", { ...defaultPolicy, rules: [{ ...rule, holdsWhile: 3 }] }],
    ["policy.rules[0].enterAfter", { ...defaultPolicy, rules: [{ ...rule, enterAfter: 0 }] }],
    ["policy.rules[0].enterAfter", { ...defaultPolicy, rules: [{ ...rule, enterAfter: policyLimits.readings + 1 }] }],
    ["policy.rules[0].leaveAfter", { ...defaultPolicy, rules: [{ ...rule, leaveAfter: 1.5 }] }],
    ["policy.rules[0].confidence", { ...defaultPolicy, rules: [{ ...rule, confidence: -0.1 }] }],
    ["policy.rules[0].kind", { ...defaultPolicy, rules: [{ ...rule, kind: "" }] }],
    ["policy.rules[1].id", { ...defaultPolicy, rules: [rule, rule] }],
  ];
  for (const [field, candidate] of cases) assert.throws(() => checkPolicy(candidate), refused(field), field);
});

test("more rules than the limit are refused", () => {
  const rules = Array.from({ length: policyLimits.rules + 1 }, (_, index) => ({ ...rule, id: `rule-${index}` }));
  assert.throws(() => checkPolicy({ ...defaultPolicy, rules }), refused("policy.rules"));
  assert.equal(checkPolicy({ ...defaultPolicy, rules: rules.slice(1) }).rules.length, policyLimits.rules);
});

test("whatever the document holds, the answer is a policy or an error that names a field of it", () => {
  const candidate = fc.oneof(
    fc.anything(),
    fc.record(
      Object.fromEntries(
        Object.entries(defaultPolicy).map(([field, value]) => [field, fc.oneof(fc.constant(value), fc.anything())]),
      ),
    ),
  );
  fc.assert(
    fc.property(candidate, (given) => {
      try {
        const policy = checkPolicy(given);
        assert.ok(policy.leaderFirstMs < policy.budgetMs);
      } catch (error) {
        assert.ok(error instanceof EntrainError);
        assert.match(error.field ?? "", /^policy(\.|$)/);
      }
    }),
  );
});

test("a rule of the whole fleet needs a safety gate", () => {
  const rules = defaultPolicy.rules.map((rule) => ({ ...rule, scope: "fleet" as const }));
  const ungated = { ...defaultPolicy, rules };
  assert.throws(
    () => checkPolicy(ungated),
    (thrown) => thrown instanceof EntrainError && thrown.field === "policy.rules[0].scope",
  );
  const safetyGate = { failedShareMax: 0.2, healthFloor: 0.3, neighbours: 4, effects: {} };
  assert.deepEqual(checkPolicy({ ...ungated, safetyGate }), { ...ungated, safetyGate });
  assert.throws(
    () => checkPolicy({ ...defaultPolicy, rules: [{ ...defaultPolicy.rules[0], scope: "world" }] }),
    (thrown) => thrown instanceof EntrainError && thrown.field === "policy.rules[0].scope",
  );
});
