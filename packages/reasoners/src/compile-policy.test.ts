import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { defaultPolicy, type Rule } from "@entrain/core/decision";
import { compilePolicy } from "./compile-policy.ts";

const compiled = compilePolicy(defaultPolicy);
const rule: Rule = {
  id: "hot",
  when: "t.temperature > 80.0",
  kind: "overheating",
  band: "critical",
  type: "ANOMALY_RESPONSE",
  action: "cool_down",
  confidence: 1,
  reasoning: "too hot",
};

/** The smallest step that a reading can be away from a threshold, for these magnitudes. */
const step = 1e-9;

test("each rule that ships matches at its threshold and not a hair before it", () => {
  for (const { id, when, band, reasoning } of defaultPolicy.rules) {
    const name = /^has\(t\.(\w+)\)/.exec(when)?.[1] ?? "";
    const threshold = Number(/at or (?:over|under) (-?[\d.]+)/.exec(reasoning)?.[1]);
    const outwards = reasoning.includes("at or under") ? -step : step;
    assert.equal(compiled.classify({ [name]: threshold }).rule?.id, id);
    assert.equal(compiled.classify({ [name]: threshold + outwards }).rule?.id, id);
    const before = compiled.classify({ [name]: threshold - outwards }).rule;
    assert.equal(before?.band, band === "critical" ? "warning" : undefined, id);
  }
});

test("the first rule that matches names the incident; the subject is the reading's own or the swarm", () => {
  const { fingerprint } = compiled.classify({ temperature: 85, subject: "rack-7" });
  assert.deepEqual(fingerprint, { kind: "overheating", subject: "rack-7", band: "critical" });
  assert.equal(compiled.classify({ temperature: 85 }).fingerprint.subject, "swarm");
});

test("a critical reading is not hidden by a warning on another one", () => {
  assert.equal(compiled.classify({ temperature: 72, power: 1_500 }).rule?.id, "overload-critical");
});

test("a reading that no rule concerns is normal", () => {
  const { fingerprint, rule: matched, failures } = compiled.classify({ temperature: 21 });
  assert.deepEqual(fingerprint, { kind: "normal", subject: "swarm", band: "none" });
  assert.equal(matched, undefined);
  assert.deepEqual(failures, []);
});

test("a rule that fails on a reading does not match and is reported; the rules after it still count", () => {
  const { rule: matched, failures } = compiled.classify({ temperature: "hot", power: 1_500 });
  assert.equal(matched?.id, "overload-critical");
  assert.deepEqual(failures, [{ ruleId: "overheating-critical", message: "no such overload: dyn<string> >= double" }]);
});

test("a policy with a broken expression is refused by rule, line and column", () => {
  const broken = { ...defaultPolicy, rules: [rule, { ...rule, id: "cold", when: "t.temperature <" }] };
  assert.throws(
    () => compilePolicy(broken),
    (error) =>
      error instanceof EntrainError &&
      error.code === "invalid-argument" &&
      error.field === "policy.rules[1].when" &&
      error.message.includes("line 1, column 16"),
  );
});

test("a policy that is none is refused like any other wrong input", () => {
  assert.throws(() => compilePolicy({ rules: [] }), { code: "invalid-argument", field: "policy.actions" });
});
