import assert from "node:assert/strict";
import { test } from "node:test";
import { checkVerdict, defaultPolicy, globalContextOf, type Reading, type Verdict } from "@entrain/core/decision";
import { compilePolicy } from "./compile-policy.ts";
import { createRulesReasoner } from "./rules-reasoner.ts";

const compiled = compilePolicy(defaultPolicy);
const context = globalContextOf({
  timed: undefined,
  nowMs: 0,
  maxAgeMs: 100,
  healthMaxAgeMs: 5_000,
  leads: false,
  assignedRole: null,
  contextVersion: 1,
  policyHash: "",
  votersMin: 2,
});

async function ask(reading: Reading): Promise<Verdict> {
  const { fingerprint, rule } = compiled.classify(reading);
  const signal = new AbortController().signal;
  return createRulesReasoner().reason({ reading, fingerprint, rule, context, policy: defaultPolicy, signal });
}

test("the verdict is that of the rule, word for word", async () => {
  assert.deepEqual(await ask({ temperature: 85 }), {
    type: "ANOMALY_RESPONSE",
    action: "cool_down",
    confidence: 0.95,
    reasoning: "temperature at or over 80 °C (critical)",
  });
});

test("a reading that no rule concerns asks for nothing", async () => {
  assert.deepEqual(await ask({ temperature: 20 }), {
    type: "NORMAL",
    action: "none",
    confidence: 1,
    reasoning: "no rule concerns this reading",
  });
});

test("every verdict is one that the policy allows, and the same each time", async () => {
  for (const reading of [{ power: 950 }, { signal: -120 }, { disk: 0.99, cpu: 0.99 }, { x: "y" }]) {
    const verdict = await ask(reading);
    assert.deepEqual(checkVerdict(verdict, defaultPolicy), verdict);
    assert.deepEqual(await ask(reading), verdict);
  }
});
