import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EntrainError } from "@entrain/kernel";
import { arbitrate, checkArbitration, qualities, type Arbitration, type Rating } from "./arbitration.ts";
import type { Verdict } from "./decision.ts";

const rate = (safety: number, performance: number, availability: number): Rating => ({
  safety,
  performance,
  availability,
});
const arbitration: Arbitration = {
  weights: rate(0.7, 0.2, 0.1),
  safetyMargin: 0.4,
  ratings: { throttle: rate(0.6, 0.6, 0.9), shed_load: rate(0.7, 0.3, 0.1), reboot: rate(0.2, 1, 1) },
};
const says = (action: string, confidence = 1): Verdict => ({
  type: "ANOMALY_RESPONSE",
  action,
  confidence,
  reasoning: `${action} it is`,
});

test("the higher score wins, and the reasoning tells both", () => {
  const { action, reasoning } = arbitrate(says("shed_load"), says("throttle"), arbitration);
  assert.equal(action, "throttle");
  assert.equal(
    reasoning,
    "throttle it is (arbitration: global shed_load 0.56, local throttle 0.63; the higher score wins)",
  );
  assert.equal(arbitrate(says("shed_load"), says("throttle", 0.8), arbitration).action, "shed_load", "less sure");
});

test("safety overrides the scores from the margin on", () => {
  const { action, reasoning } = arbitrate(says("throttle", 0.1), says("reboot"), arbitration);
  assert.equal(action, "throttle");
  assert.match(reasoning, /global throttle 0.06, local reboot 0.44; safety overrides: throttle is safer than reboot/);
});

test("on a tie the swarm's rule stands; the same action needs no arbitration", () => {
  const level = { ...arbitration, ratings: { a: rate(0.5, 0.5, 0.5), b: rate(0.5, 0.5, 0.5) } };
  assert.equal(arbitrate(says("a"), says("b"), level).action, "a");
  const local = says("a", 0.3);
  assert.equal(arbitrate(says("a"), local, level), local);
});

test("an action without a rating is neither good nor bad", () => {
  assert.equal(arbitrate(says("none"), says("throttle"), arbitration).action, "throttle");
});

const share = fc.double({ min: 0, max: 1, noNaN: true });
const rating = fc.record({ safety: share, performance: share, availability: share });

test("whatever the ratings, the winner is one of the two, never the less safe by the margin, never the lower score", () => {
  fc.assert(
    fc.property(rating, rating, share, share, share, (a, b, sure, surely, safetyMargin) => {
      const given: Arbitration = { ...arbitration, safetyMargin, ratings: { a, b } };
      const winner = arbitrate(says("a", sure), says("b", surely), given);
      const [won, lost] = winner.action === "a" ? [a, b] : [b, a];
      assert.ok(["a", "b"].includes(winner.action));
      assert.ok(lost.safety - won.safety < Math.max(safetyMargin, 1e-6));
      if (Math.abs(a.safety - b.safety) >= safetyMargin - 1e-9) return;
      const score = (of: Rating): number => qualities.reduce((sum, name) => sum + given.weights[name] * of[name], 0);
      const [wonBy, lostBy] = winner.action === "a" ? [sure, surely] : [surely, sure];
      assert.ok(wonBy * score(won) >= lostBy * score(lost));
    }),
  );
});

test("weights that a policy leaves out are safety 0.7, performance 0.2, availability 0.1; half of them are refused", () => {
  const { weights: _, ...without } = arbitration;
  const actions = Object.keys(arbitration.ratings);
  assert.deepEqual(checkArbitration(without, actions), { ...without, weights: rate(0.7, 0.2, 0.1) });
  for (const weights of [null, { safety: 0.7 }])
    assert.throws(() => checkArbitration({ ...without, weights }, actions), { code: "invalid-argument" });
});

test("each wrong field is named", () => {
  const actions = ["throttle", "shed_load", "reboot"];
  assert.deepEqual(checkArbitration({ ...arbitration, note: "dropped" }, actions), arbitration);
  const cases: [string, unknown][] = [
    ["policy.arbitration", 3],
    ["policy.arbitration.weights", { ...arbitration, weights: rate(0.7, 0.2, 0.2) }],
    ["policy.arbitration.weights.safety", { ...arbitration, weights: { performance: 1, availability: 0 } }],
    ["policy.arbitration.safetyMargin", { ...arbitration, safetyMargin: 2 }],
    ["policy.arbitration.ratings", { ...arbitration, ratings: [] }],
    ["policy.arbitration.ratings.reboot", { ...arbitration, ratings: { ...arbitration.ratings, reboot: undefined } }],
    ["policy.arbitration.ratings.dance", { ...arbitration, ratings: { ...arbitration.ratings, dance: rate(1, 1, 1) } }],
    [
      "policy.arbitration.ratings.reboot.safety",
      { ...arbitration, ratings: { ...arbitration.ratings, reboot: rate(NaN, 1, 1) } },
    ],
  ];
  for (const [field, candidate] of cases)
    assert.throws(
      () => checkArbitration(candidate, actions),
      (thrown) => thrown instanceof EntrainError && thrown.code === "invalid-argument" && thrown.field === field,
      field,
    );
});
