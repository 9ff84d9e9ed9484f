import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { checkDocument, checkPatchSize, documentLimits } from "./document.ts";
import { checkNote, checkRequestId } from "./entry.ts";
import { documentAt, historyLimits, historyLimitsOf } from "./history.ts";
import { advance } from "./following.ts";
import { parsePointer } from "./json-pointer.ts";

const refused = (field: string) => (thrown: unknown) =>
  thrown instanceof EntrainError && thrown.code === "invalid-argument" && thrown.field === field;

const nested = (levels: number): unknown => (levels === 0 ? 1 : { in: nested(levels - 1) });

test("a document is an object of sections, within the limits", () => {
  assert.equal(checkDocument({ a: [1, null, "x"] }), '{"a":[1,null,"x"]}');
  for (const wrong of [null, [], "text", 1]) assert.throws(() => checkDocument(wrong), refused(""));
  assert.throws(() => checkDocument({ a: "x".repeat(documentLimits.characters) }), refused(""));
  assert.throws(
    () => checkDocument(Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`s${index}`, 1]))),
    refused(""),
  );
  assert.ok(checkDocument(nested(documentLimits.depth)));
  assert.throws(() => checkDocument(nested(documentLimits.depth + 1)), EntrainError);
});

test("what JSON cannot carry is refused by its place", () => {
  assert.throws(() => checkDocument({ a: { "b/c": Number.NaN } }), refused("/a/b~1c"));
  assert.throws(() => checkDocument({ a: [1, undefined] }), refused("/a/1"));
  assert.throws(() => checkDocument({ a: 1n }), refused("/a"));
  assert.throws(() => checkDocument(JSON.parse('{"a":{"__proto__":1}}')), refused("/a/__proto__"));
});

test("a patch is measured before anything is made of it", () => {
  assert.throws(() => checkPatchSize({ a: "x".repeat(documentLimits.patchCharacters) }), refused(""));
  assert.throws(
    () => checkPatchSize(JSON.parse(`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`) as never),
    EntrainError,
  );
});

test("authors, reasons and request ids are bounded", () => {
  checkNote({ author: "a", reason: "" });
  assert.throws(() => checkNote({ author: "", reason: "" }), refused("author"));
  assert.throws(() => checkNote({ author: "a", reason: "x".repeat(1_025) }), refused("reason"));
  checkRequestId(undefined);
  assert.throws(() => checkRequestId("x".repeat(129)), refused("requestId"));
});

test("the policy says how much history is kept, within bounds; nonsense says nothing", () => {
  assert.deepEqual(historyLimitsOf({}), historyLimits.usual);
  assert.deepEqual(historyLimitsOf({ policy: { history: { versionsMax: 5, ageMaxMs: -1, charactersMax: "x" } } }), {
    ...historyLimits.usual,
    versionsMax: 5,
  });
  assert.equal(
    historyLimitsOf({ policy: { history: { versionsMax: 1e12 } } }).versionsMax,
    historyLimits.most.versionsMax,
  );
});

test("a pointer that is none is refused", () => {
  assert.deepEqual(parsePointer("x", "/a~1b/~0/"), ["a/b", "~", ""]);
  for (const wrong of ["a", "/~", "/~2"]) assert.throws(() => parsePointer("x", wrong), refused("x"));
});

const entry = (version: number, baseVersion = version - 1) => ({
  version,
  baseVersion,
  author: "a",
  reason: "",
  atMs: 0,
  patch: { kind: "merge", patch: {} } as const,
  changes: [{ kind: "replaced", pointer: "/n", before: baseVersion, after: version } as const],
});

test("a copy takes each version once and in order, skips what it knows, and stops before a gap (C1)", () => {
  const copy = { version: 2, document: { n: 2 } };
  const { document, news, gap } = advance(copy, [entry(2), entry(3), entry(3), entry(4), entry(6)]);
  assert.deepEqual(document, { version: 4, document: { n: 4 } });
  assert.deepEqual(
    news.map((one) => one.document.version),
    [3, 4],
  );
  assert.equal(gap, true);
});

test("an earlier document is made of the present one and the versions since (C3)", () => {
  const present = { version: 5, document: { n: 5 } };
  assert.deepEqual(documentAt(present, [entry(3), entry(4), entry(5)], 2), { n: 2 });
  assert.deepEqual(documentAt(present, [], 5), { n: 5 });
  assert.throws(() => documentAt(present, [entry(4)], 3), EntrainError);
});

test("a whole number that is not safe is refused in a patch, and borne where the document has it already", () => {
  for (const value of [2 ** 53, -(2 ** 53), 1e300])
    assert.throws(() => checkPatchSize({ a: [value] }), { code: "invalid-argument", field: "/a/0" });
  checkPatchSize({ a: [Number.MAX_SAFE_INTEGER, -1, 0.5, 1e-300] });
  checkDocument({ a: [2 ** 53] });
});
