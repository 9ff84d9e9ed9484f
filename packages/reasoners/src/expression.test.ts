import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EntrainError } from "@entrain/kernel";
import type { Reading } from "@entrain/core/decision";
import { allowedFunctions, compileCondition, expressionLimits } from "./expression.ts";

const field = "policy.rules[3].when";
const holds = (expression: string, reading: Reading): boolean => compileCondition(field, expression)(reading);

/** The error that compiling gives. */
function refusal(expression: string): EntrainError {
  try {
    compileCondition(field, expression);
  } catch (thrown) {
    if (thrown instanceof EntrainError) return thrown;
    throw thrown;
  }
  throw new assert.AssertionError({ message: `accepted: ${expression}` });
}

test("a JSON number compares with whole and broken literals alike", () => {
  for (const literal of ["80", "80.0", "79.5", "8e1", "0x50"])
    assert.equal(holds(`t.temperature >= ${literal}`, { temperature: 85 }), true, literal);
  assert.equal(holds("t.temperature == 85", { temperature: 85 }), true);
  assert.equal(holds("t.temperature >= 80", { temperature: 79.999 }), false);
  assert.equal(holds("t.temperature in [85, 90]", { temperature: 85 }), true);
});

test("comparing with any number in an expression is comparing in JavaScript", () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 });
  fc.assert(
    fc.property(number, number, (reading, limit) => {
      const literal = Number.isInteger(limit) ? limit.toFixed(1) : String(limit);
      assert.equal(holds(`t.x >= ${literal}`, { x: reading }), reading >= limit);
    }),
  );
});

test("a reading that lacks the name does not match where has() asks first", () => {
  assert.equal(holds("has(t.temperature) && t.temperature >= 80", { power: 1 }), false);
  assert.equal(holds("has(t.constructor)", { power: 1 }), false);
});

test("texts and flags are compared as what they are", () => {
  assert.equal(holds('t.zone.startsWith("eu-") && !t.doorOpen', { zone: "eu-west", doorOpen: false }), true);
  assert.equal(holds("size(t.zone) > 3", { zone: "eu-west" }), true);
  assert.equal(holds("t.doorOpen", { doorOpen: true }), true);
});

test("a text where a number is compared is an error in one line, not a match", () => {
  const condition = compileCondition(field, "t.x > 1");
  assert.throws(() => condition({ x: "hot" }), { message: "no such overload: dyn<string> > int" });
  assert.throws(() => condition({ y: 2 }), { message: "No such key: x" });
  assert.throws(() => compileCondition(field, "t.x")({ x: 1 }), { message: "it gives a number, not true or false" });
  assert.equal(condition({ x: 2 }), true, "the same condition still works afterwards");
});

test("a parse error names the field, the line and the column", () => {
  const error = refusal("t.x > 1 ||\n  t.y >> 2");
  assert.equal(error.code, "invalid-argument");
  assert.equal(error.field, field);
  assert.match(error.message, /line 2, column 8/);
});

test("a type error is found without a reading", () => {
  assert.match(refusal("'a' + 1 > 2").message, /line 1, column 1: no such overload: string \+ int/);
  assert.match(refusal("t.x > 1 && temperature > 1").message, /line 1, column 12: Unknown variable: temperature/);
  assert.match(refusal("1 + 1").message, /int, not bool/);
});

test("no expression can loop, backtrack or double a text", () => {
  const costly = [
    "[1].all(x, [1].all(y, x > y))",
    "[1, 2].exists(x, x > 1)",
    "[1].map(x, x).size() > 0",
    "t.name.matches('^(a+)+$')",
    "cel.bind(x, t.a + t.a, x == '')",
    "t.a.split(',').size() > 1",
    "has(t.x) && (t.y > 1 || !t.name.matches('a'))",
    "[t.name.matches('a')] == [true]",
    "t[string(t.name.matches('a'))]",
    "(t.x > 1 ? t.name.matches('a') : true)",
  ];
  for (const expression of costly) assert.match(refusal(expression).message, /is not allowed/, expression);
});

test("every allowed function is one that the library has", () => {
  const uses = [
    "has(t.x)",
    "size(t.x) > 0",
    't.x.contains("a")',
    't.x.startsWith("a")',
    't.x.endsWith("a")',
    't.x.lowerAscii() == "a"',
    "double(t.x) > 1.0",
    "int(t.x) > 1",
    'string(t.x) == "1"',
  ];
  for (const name of allowedFunctions)
    assert.ok(
      uses.some((use) => use.includes(`${name}(`)),
      name,
    );
  for (const use of uses) compileCondition(field, use);
});

test("an expression beyond the limits is refused", () => {
  const deep = `${"(".repeat(expressionLimits.depth + 1)}true${")".repeat(expressionLimits.depth + 1)}`;
  const wide = `t.x in [${Array.from({ length: expressionLimits.listElements + 1 }, () => "1").join(",")}]`;
  const long = Array.from({ length: expressionLimits.nodes }, () => "true").join(" || ");
  for (const expression of [deep, wide, long, "{'a': 1}.size() > 0"])
    assert.match(refusal(expression).message, /Exceeded/, expression.slice(0, 40));
});

test("whatever the text, the answer is a condition or an error that names the field", () => {
  const word = fc.constantFrom(
    "t",
    ".",
    "x",
    "&&",
    "||",
    "(",
    ")",
    ">",
    "1",
    "'a'",
    "has",
    "[",
    "]",
    "!",
    "-",
    "?",
    ":",
    "\n",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(word).map((words) => words.join(" ")),
      ),
      (expression) => {
        try {
          const result = compileCondition(field, expression);
          assert.equal(typeof result, "function");
        } catch (thrown) {
          assert.ok(thrown instanceof EntrainError, String(thrown));
          assert.equal(thrown.field, field);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});
