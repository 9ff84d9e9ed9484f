import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalJson } from "./canonical-json.ts";
import { formatDuration, parseDurationMs } from "./duration.ts";
import { EntrainError } from "./errors.ts";
import { checkId, compareIds } from "./ids.ts";
import { assertInvariant } from "./invariant.ts";
import { createRandom, hash32 } from "./random.ts";

test("durations are read with their unit", () => {
  const table = [
    ["20ms", 20],
    ["1.5s", 1_500],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["1d", 86_400_000],
  ] as const;
  for (const [text, ms] of table) assert.equal(parseDurationMs("period", text), ms);
});

test("a duration without a unit, or with another one, is refused by its field's name", () => {
  for (const text of ["200", "", "-1s", "1 week", "1e3ms", "s"])
    assert.throws(
      () => parseDurationMs("period", text),
      (thrown) => thrown instanceof EntrainError && thrown.field === "period" && /unit/.test(thrown.message),
    );
});

test("a written duration is read as the same", () => {
  fc.assert(
    fc.property(fc.nat(200_000_000), (ms) => {
      assert.equal(parseDurationMs("x", formatDuration(ms)), ms);
    }),
  );
});

test("RFC 8785: canonical JSON orders keys and leaves out what is undefined", () => {
  assert.equal(canonicalJson({ b: [1, true, null], a: { z: "é", y: undefined } }), '{"a":{"z":"é"},"b":[1,true,null]}');
  assert.equal(canonicalJson(1e21), "1e+21");
});

test("canonical JSON does not depend on the order of insertion and means the same", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      assert.equal(canonicalJson(reversed), canonicalJson(value));
      assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("what JSON cannot carry is refused", () => {
  for (const value of [Number.NaN, Infinity, () => 0, 1n]) assert.throws(() => canonicalJson(value), EntrainError);
});

test("ids are short and plain", () => {
  assert.equal(checkId("agentId", "agent-1.a_B"), "agent-1.a_B");
  // What JavaScript callers forget comes as undefined, whose name would pass.
  for (const id of ["", "-a", "a b", "a{b}", "x".repeat(64), "ä", undefined, null, 7])
    assert.throws(
      () => checkId("agentId", id),
      (thrown) => thrown instanceof EntrainError && thrown.field === "agentId",
    );
});

test("ids are ordered by code unit", () => {
  assert.deepEqual(["b", "a", "B", "a"].sort(compareIds), ["B", "a", "a", "b"]);
});

test("one seed gives one stream, spread over [0, 1)", () => {
  const a = createRandom("seed");
  const b = createRandom("seed");
  const drawn = Array.from({ length: 10_000 }, () => a.next());
  assert.deepEqual(
    drawn.slice(0, 100),
    Array.from({ length: 100 }, () => b.next()),
  );
  const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  assert.ok(Math.abs(mean - 0.5) < 0.02);
  assert.ok(drawn.every((value) => value >= 0 && value < 1));
  assert.notEqual(createRandom("other").next(), createRandom("seed").next());
});

test("integers stay under their bound", () => {
  const random = createRandom(1);
  const seen = new Set(Array.from({ length: 1_000 }, () => random.int(6)));
  assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4, 5]);
});

test("hashes of similar names differ under every salt", () => {
  const names = Array.from({ length: 5_000 }, (_, index) => `agent-${index}`);
  for (const salt of [0, 1, 8]) assert.ok(new Set(names.map((name) => hash32(name, salt))).size > 4_990);
  assert.equal(hash32("agent-1", 3), hash32("agent-1", 3));
});

test("any thrown thing becomes one error that keeps its cause", () => {
  const cause = new TypeError("boom");
  const wrapped = EntrainError.from(cause, "unavailable");
  assert.equal(wrapped.code, "unavailable");
  assert.equal(wrapped.cause, cause);
  assert.equal(EntrainError.from(wrapped), wrapped);
  assert.equal(EntrainError.from("text").message, "text");
  assert.equal(wrapped.retryable, true);
  assert.equal(EntrainError.invalid("field", "x", "do y").retryable, false);
});

test("a wrong value is shown in one line, even where it cannot become a text or is huge", () => {
  const message = (value: unknown): string => EntrainError.invalid("field", value, "do y").message;
  assert.equal(message("x"), 'field is "x": do y');
  assert.equal(message(undefined), "field is undefined: do y");
  assert.equal(message({ toString: 1 }), "field is an object: do y");
  assert.equal(message([[]]), "field is a list: do y");
  assert.ok(message("x".repeat(100_000)).length < 400);
  assert.equal(EntrainError.from({ toString: 1 }).message, "an object");
  fc.assert(fc.property(fc.anything(), (value) => message(value).startsWith("field is ")));
});

test("a broken invariant is named", () => {
  assert.throws(() => {
    assertInvariant(false, "L1", "two leaders");
  }, /L1 is broken: two leaders/);
});
