import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultPolicy } from "@entrain/core/decision";
import { compilePolicy } from "./compile-policy.ts";

const [shipped] = defaultPolicy.rules;

function numberFields(...conditions: string[]): string[] {
  const rules = conditions.map((when, index) => ({
    ...(shipped ?? assert.fail()),
    id: `r-${index}`,
    when,
    holdsWhile: when,
  }));
  return [...compilePolicy({ ...defaultPolicy, rules }).numberFields].sort();
}

test("a field that stands beside a number or is calculated with is a number", () => {
  assert.deepEqual(numberFields("has(t.a) && t.a >= 80.0 || !(5 < t['b'])"), ["a", "b"]);
  assert.deepEqual(numberFields("t.a * t.b > t.c", "-t.d == t.e"), ["a", "b", "c", "d", "e"]);
  assert.deepEqual(numberFields("t.a in [500, 502]", "t.b + 1.0 > 3.0", "(t.on ? t.c : t.d) < 2.0"), [
    "a",
    "b",
    "c",
    "d",
  ]);
});

test("a text, a flag, what is converted first, and what some rule takes for a text are no numbers", () => {
  assert.deepEqual(numberFields("t.on && t.mode == 'fast' && t.name.contains('x') && double(t.a) > 3.0"), []);
  assert.deepEqual(numberFields("t.code == 5.0", "t.code == 'five'", "size(t.name) > 3", "has(t.b)", "t.x > t.y"), []);
});

test("every quantity of the shipped rules is a number, and their subject is none", () => {
  const quantities = [
    "cpu",
    "disk",
    "loadPerCore",
    "loopDelayMs",
    "memory",
    "power",
    "radiation",
    "signal",
    "temperature",
  ];
  assert.deepEqual([...compilePolicy(defaultPolicy).numberFields].sort(), quantities);
});
