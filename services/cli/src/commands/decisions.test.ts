import assert from "node:assert/strict";
import { test } from "node:test";
import { auditLines } from "./decisions.ts";

test("an audit says what it looked at, what is unknown and what is wrong", () => {
  const found = { decisions: 12, rules: { same: 9, other: 1, fallback: 1 }, policyUnknown: 1, faults: [] };
  assert.deepEqual(auditLines(found), [
    "12 decisions put to their own policies again",
    "the rules say the same of 9; a reasoner of an agent's own decided 1; 1 are the safe action for a cause from outside",
    "1 under policies that the history no longer holds: their hash alone",
    "each is what its input gives",
  ]);
  const wrong = auditLines({ ...found, policyUnknown: 0, faults: ["D2: i-1: the decision was dance"] });
  assert.deepEqual(wrong.slice(2), ["D2: i-1: the decision was dance", "1 faults"]);
});
