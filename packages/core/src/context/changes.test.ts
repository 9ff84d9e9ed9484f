import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalJson, type Json } from "@entrain/kernel";
import { diffDocuments, redo, undo } from "./changes.ts";
import type { SharedDocument } from "./document.ts";

const names = fc.constantFrom("a", "b", "a/b", "m~n", "", "constructor", "toString", "ü");
const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(null, true, false, 0, 1, "x", "y"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(names, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;
const documents = fc.dictionary(names, json, { maxKeys: 5, noNullPrototype: true }) as fc.Arbitrary<SharedDocument>;

test("the changes between any two documents lead from the one to the other, and back", () => {
  fc.assert(
    fc.property(documents, documents, (before, after) => {
      const changes = diffDocuments(before, after);
      assert.equal(canonicalJson(redo(before, changes)), canonicalJson(after));
      assert.equal(canonicalJson(undo(after, changes)), canonicalJson(before));
    }),
  );
});

test("equal documents have no changes, whatever the order of their names", () => {
  assert.deepEqual(diffDocuments({ a: 1, b: [{ x: 1, y: 2 }] }, { b: [{ y: 2, x: 1 }], a: 1 }), []);
});

test("a change names the innermost place that differs, and a list is one place", () => {
  const before = { policy: { rules: [1, 2], limit: 3 }, gone: true };
  const after = { policy: { rules: [1, 3], limit: 3, "a/b": null } };
  assert.deepEqual(diffDocuments(before, after), [
    { kind: "removed", pointer: "/gone", before: true },
    { kind: "added", pointer: "/policy/a~1b", after: null },
    { kind: "replaced", pointer: "/policy/rules", before: [1, 2], after: [1, 3] },
  ]);
});

test("what did not change is shared, not copied", () => {
  const before = { policy: { decision: { rules: [] } }, metadata: { note: "a" } };
  const after = redo(before, diffDocuments(before, { ...before, metadata: { note: "b" } }));
  assert.equal(after["policy"], before.policy);
});
