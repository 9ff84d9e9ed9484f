import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { defaultPolicy } from "./default-policy.ts";
import { checkVerdict, isSafeMode, normalVerdict, ruleVerdict, safeVerdict } from "./verdict.ts";

const good = { type: "ANOMALY_RESPONSE", action: "throttle", confidence: 0.5, reasoning: "hot" };

test("a verdict is taken over without anything else that came with it", () => {
  assert.deepEqual(checkVerdict({ ...good, params: { deep: true } }, defaultPolicy), good);
});

test("nonsense from a reasoner is refused by the name of its field", () => {
  const cases: [string, unknown][] = [
    ["verdict", undefined],
    ["verdict", "throttle"],
    ["verdict.type", { ...good, type: "PANIC" }],
    ["verdict.action", { ...good, action: "format_disk" }],
    ["verdict.action", { ...good, action: undefined }],
    ["verdict.confidence", { ...good, confidence: 1.1 }],
    ["verdict.confidence", { ...good, confidence: NaN }],
    ["verdict.confidence", { ...good, confidence: "high" }],
    ["verdict.reasoning", { ...good, reasoning: 7 }],
    ["verdict.reasoning", { ...good, reasoning: "x".repeat(4_001) }],
  ];
  for (const [field, candidate] of cases)
    assert.throws(
      () => checkVerdict(candidate, defaultPolicy),
      (error) => error instanceof EntrainError && error.field === field,
      field,
    );
});

test("the verdicts that the house itself gives pass the check of every policy", () => {
  const own = [normalVerdict, safeVerdict(defaultPolicy, "x".repeat(9_999)), ruleVerdict(defaultPolicy.rules[0]!)];
  for (const verdict of own) assert.deepEqual(checkVerdict(verdict, defaultPolicy), verdict);
});

test("safe mode begins under the threshold, not at it, and unknown health is not bad health", () => {
  assert.equal(isSafeMode(0.49, defaultPolicy), true);
  assert.equal(isSafeMode(0.5, defaultPolicy), false);
  assert.equal(isSafeMode(null, defaultPolicy), false);
});
