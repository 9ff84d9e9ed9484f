import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, EntrainError } from "@entrain/kernel";
import { createBandTracker, defaultPolicy, type Rule } from "@entrain/core/decision";
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

test("a state of the shipped rules holds to its margin behind the threshold, and not beyond", () => {
  for (const { id, when, holdsWhile = "" } of defaultPolicy.rules) {
    const [, name = "", sign = ""] = /^has\(t\.(\w+)\) && t\.\w+ ([<>]=)/.exec(when) ?? [];
    const edge = Number(/(-?[\d.]+)$/.exec(holdsWhile)?.[1]);
    const outwards = sign === "<=" ? -step : step;
    assert.equal(compiled.holds(id, { [name]: edge }), true, id);
    assert.equal(compiled.holds(id, { [name]: edge - outwards }), false, id);
    assert.notEqual(compiled.classify({ [name]: edge }).rule?.id, id, "the margin is there");
    assert.equal(compiled.holds(id, {}), false, "a reading without the quantity ends it");
  }
});

test("noise at a threshold that ships begins one incident, where the bare rules would begin dozens", () => {
  const bare = compilePolicy({
    ...defaultPolicy,
    rules: defaultPolicy.rules.map((shipped) => ({ ...shipped, holdsWhile: undefined })),
  });
  const random = createRandom("noise");
  const readings = Array.from({ length: 500 }, () => ({ temperature: 80 + 4 * (random.next() - 0.5) }));
  const begins = (taken: typeof compiled): number => {
    const tracker = createBandTracker();
    const rankOf = (ruleId: string): number => taken.policy.rules.findIndex(({ id }) => id === ruleId);
    return readings.filter((reading) =>
      tracker.enters({
        subject: "swarm",
        rule: taken.classify(reading).rule,
        rankOf,
        holds: (ruleId) => taken.holds(ruleId, reading),
      }),
    ).length;
  };
  assert.ok(begins(bare) > 50);
  assert.ok(begins(compiled) <= 2, "the warning before it, and itself");
});

test("a rule without a condition to hold holds while it matches; an unknown rule never does", () => {
  const taken = compilePolicy({ ...defaultPolicy, rules: [rule] });
  assert.equal(taken.holds("hot", { temperature: 81 }), true);
  assert.equal(taken.holds("hot", { temperature: 80 }), false);
  assert.equal(taken.holds("hot", { temperature: "warm" }), false);
  assert.equal(taken.holds("cold", { temperature: 81 }), false);
});

test("a condition to hold that does not parse is refused with its line and column", () => {
  const rules = [{ ...rule, holdsWhile: "t.temperature >\n  && 3" }];
  assert.throws(() => compilePolicy({ ...defaultPolicy, rules }), {
    code: "invalid-argument",
    field: "policy.rules[0].holdsWhile",
    position: { line: 2, column: 3 },
  });
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
