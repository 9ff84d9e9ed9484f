import assert from "node:assert/strict";
import { test } from "node:test";
import { compiledCondition } from "./compiled-conditions.ts";

test("a text is compiled once, for whichever rule it stands in", () => {
  const first = compiledCondition("policy.rules[0].when", "t.a > 1.0");
  assert.equal(compiledCondition("policy.rules[7].when", "t.a > 1.0"), first);
  assert.deepEqual([first.condition({ a: 2 }), first.condition({ a: 1 })], [true, false]);
});

test("what is wrong with a text is told at its own place each time", () => {
  for (const field of ["policy.rules[0].when", "policy.rules[3].holdsWhile"])
    assert.throws(() => compiledCondition(field, "t.a >"), { code: "invalid-argument", field });
});

test("of many texts those that were asked for last are kept", () => {
  const old = compiledCondition("f", "t.a > 2.0");
  const used = compiledCondition("f", "t.a > 3.0");
  for (let n = 0; n < 1_000; n++) {
    compiledCondition("f", `t.b > ${n}.0`);
    if (n % 500 === 0) compiledCondition("f", "t.a > 3.0");
  }
  assert.equal(compiledCondition("f", "t.a > 3.0"), used);
  assert.notEqual(compiledCondition("f", "t.a > 2.0"), old);
});
