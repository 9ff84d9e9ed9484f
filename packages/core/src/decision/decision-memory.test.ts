import assert from "node:assert/strict";
import { test } from "node:test";
import type { Decision } from "./decision.ts";
import { createDecisionMemory } from "./decision-memory.ts";

function decision(incidentId: string, action = "throttle"): Decision {
  return {
    decisionId: `d-${incidentId}`,
    incidentId,
    type: "ANOMALY_RESPONSE",
    action,
    confidence: 1,
    reasoning: "",
    term: 1,
    contextVersion: 1,
    policyHash: "",
    input: { reading: {}, health: 1, safeMode: false, contextVersion: 1, policyHash: "" },
    inputHash: "",
    committedBy: "a",
    committedAtMs: 1,
  };
}

test("a decision is recalled by its incident", () => {
  const memory = createDecisionMemory();
  memory.remember(decision("i-1"));
  assert.equal(memory.recall("i-1")?.decisionId, "d-i-1");
  assert.equal(memory.recall("i-2"), undefined);
});

test("beyond the limit the one that was not used for longest goes", () => {
  const memory = createDecisionMemory(2);
  memory.remember(decision("a"));
  memory.remember(decision("b"));
  memory.recall("a");
  memory.remember(decision("c"));
  assert.equal(memory.recall("b"), undefined);
  assert.equal(memory.recall("a")?.incidentId, "a");
  assert.equal(memory.recall("c")?.incidentId, "c");
});

test("of one commit the first copy is kept, and the decision of a later term replaces it", () => {
  const memory = createDecisionMemory();
  const first = memory.remember(decision("a"));
  assert.equal(memory.remember(decision("a")), first);
  const later = { ...decision("a"), term: 2 };
  assert.equal(memory.remember(later), later);
  assert.equal(memory.recall("a"), later);
});
