/** What a reader sees of the blackboard, in a document and in its changes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalJson, type Json } from "@entrain/kernel";
import { expiredItems, viewChanges, viewDocument, viewEntry, type ContextReader } from "./blackboard.ts";
import { diffDocuments, redo } from "./changes.ts";
import type { SharedDocument } from "./document.ts";

const policy = {
  organisation: { groups: { red: { members: ["a", "b"] }, blue: { members: ["b"] }, none: {} } },
} as const satisfies Json;
const reader = (...agentIds: string[]): ContextReader => ({ speaksFor: (agentId) => agentIds.includes(agentId) });

const items = fc.record(
  {
    kind: fc.constant("data"),
    value: fc.integer({ min: 0, max: 2 }),
    access: fc.constantFrom("public", "group", "private"),
    owner: fc.constantFrom("a", "b", "c"),
    group: fc.constantFrom("red", "blue", "none", "constructor"),
    expiresAt: fc.constantFrom(5, 10, 15),
  },
  { requiredKeys: ["kind", "value"], noNullPrototype: true },
);
const boards = fc.dictionary(fc.constantFrom("x", "y", "z", "a/b"), items, { noNullPrototype: true });
const documents = fc
  .record(
    {
      blackboard: fc.record({ items: boards, note: fc.integer() }, { requiredKeys: [], noNullPrototype: true }),
      mine: fc.integer(),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  .map((document) => ({ ...document, policy }));
const readers = fc.constantFrom<ContextReader>("everything", reader(), reader("a"), reader("b"), reader("c", "b"));

/** Said once more, item by item. */
function maySee(item: Record<string, unknown>, who: ContextReader, nowMs: number): boolean {
  if (item["expiresAt"] !== undefined && (item["expiresAt"] as number) <= nowMs) return false;
  if (who === "everything" || (item["access"] ?? "public") === "public") return true;
  if (typeof item["owner"] === "string" && who.speaksFor(item["owner"])) return true;
  const members = item["group"] === "red" ? ["a", "b"] : item["group"] === "blue" ? ["b"] : [];
  return item["access"] === "group" && members.some((member) => who.speaksFor(member));
}

test("a reader sees every item that it may see and no other, and all else as it is", () => {
  fc.assert(
    fc.property(documents, readers, fc.integer({ min: 4, max: 16 }), (document, who, nowMs) => {
      const seen = viewDocument(document, who, nowMs);
      const board = document["blackboard"] as { items?: Record<string, Record<string, unknown>> } | undefined;
      const expected =
        board?.items === undefined
          ? document
          : {
              ...document,
              blackboard: {
                ...board,
                items: Object.fromEntries(Object.entries(board.items).filter(([, item]) => maySee(item, who, nowMs))),
              },
            };
      assert.equal(canonicalJson(seen), canonicalJson(expected as Json));
    }),
  );
});

test("the changes that a reader sees lead from what it saw to what it sees, whatever changed", () => {
  fc.assert(
    fc.property(documents, documents, readers, fc.integer({ min: 4, max: 16 }), (before, after, who, nowMs) => {
      const changes = viewChanges(diffDocuments(before, after), after, who, nowMs);
      const came = redo(viewDocument(before, who, nowMs), changes);
      assert.equal(canonicalJson(came), canonicalJson(viewDocument(after, who, nowMs)));
      assert.deepEqual(
        changes.filter(({ pointer }) => !pointer.startsWith("/blackboard")),
        diffDocuments(before, after).filter(({ pointer }) => !pointer.startsWith("/blackboard")),
      );
    }),
  );
});

test("nothing that a reader may not see is in the changes or in the patch that it is shown", () => {
  const secret = { kind: "data", value: "secret", access: "private", owner: "c" } as const;
  const before = { policy, blackboard: { items: { x: { ...secret, value: "older secret" } } } };
  const after = { policy, blackboard: { items: { x: secret } }, mine: 1 };
  const patch = { kind: "merge", patch: { blackboard: { items: { x: secret } }, mine: 1 } } as const;
  const changes = diffDocuments(before, after);
  const entry = { version: 2, baseVersion: 1, atMs: 0, author: "c", reason: "", patch, changes };
  const seen = viewEntry(entry, after, reader("a"), 0);
  assert.ok(!JSON.stringify(seen).includes("secret"));
  assert.deepEqual(seen.changes, [{ kind: "added", pointer: "/mine", after: 1 }]);
  assert.deepEqual(seen.patch, { kind: "json", patch: [{ op: "add", path: "/mine", value: 1 }] });
  assert.deepEqual(viewEntry(entry, after, reader("c"), 0).changes, changes);
  assert.deepEqual(viewEntry(entry, after, "everything", 0), entry);
});

test("that an item becomes private is its end for others, and its removal is told though it has expired", () => {
  const item = { kind: "data", value: 1, owner: "a", expiresAt: 10 };
  const open = { policy, blackboard: { items: { x: item } } };
  const hidden = { policy, blackboard: { items: { x: { ...item, access: "private" } } } };
  const gone = { policy, blackboard: { items: {} } };
  const kinds = (before: SharedDocument, after: SharedDocument, who: ContextReader, nowMs: number) =>
    viewChanges(diffDocuments(before, after), after, who, nowMs).map(({ kind, pointer }) => `${kind} ${pointer}`);
  assert.deepEqual(kinds(open, hidden, reader("b"), 5), ["removed /blackboard/items/x"]);
  assert.deepEqual(kinds(hidden, open, reader("b"), 5), ["added /blackboard/items/x"]);
  assert.deepEqual(kinds(open, hidden, reader("a"), 5), ["replaced /blackboard/items/x"]);
  assert.deepEqual(kinds(open, gone, reader("b"), 20), ["removed /blackboard/items/x"]);
  assert.deepEqual(kinds(hidden, gone, reader("b"), 20), []);
});

test("an item has expired when its instant is there, not before", () => {
  const item = { kind: "data", value: 1 };
  const blackboard = { items: { x: { ...item, expiresAt: 10 }, y: { ...item, expiresAt: 11 }, z: item } };
  assert.deepEqual(expiredItems({ blackboard }, 10), [["x", 10]]);
  assert.deepEqual(expiredItems({}, 10), []);
});
