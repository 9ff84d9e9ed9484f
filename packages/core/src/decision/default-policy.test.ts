import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultPolicy } from "./default-policy.ts";

test("a rule's expression holds the threshold that its reasoning tells, to the digit", () => {
  for (const { when, reasoning, id } of defaultPolicy.rules) {
    const inExpression = / [<>]= (-?\d+\.\d+)$/.exec(when)?.[1];
    const inReasoning = /at or (?:over|under) (-?[\d.]+)/.exec(reasoning)?.[1];
    assert.equal(Number(inExpression), Number(inReasoning), id);
  }
});

test("every critical rule stands before every warning, so that a warning hides nothing worse", () => {
  const bands = defaultPolicy.rules.map(({ band }) => band);
  assert.deepEqual(bands, bands.toSorted());
  assert.equal(new Set(bands).size, 2);
});

test("host load alone never asks for the safe action", () => {
  const ofTheHost = defaultPolicy.rules.filter(({ kind }) => ["cpu", "memory", "load", "loop-delay"].includes(kind));
  assert.equal(ofTheHost.length, 8);
  assert.ok(ofTheHost.every(({ action }) => action !== defaultPolicy.safeAction));
});
