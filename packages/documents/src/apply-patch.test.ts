import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError, type Json } from "@entrain/kernel";
import { applyJsonPatch, applyMergePatch } from "./apply-patch.ts";

const refused = (field: string) => (thrown: unknown) =>
  thrown instanceof EntrainError && thrown.code === "invalid-argument" && thrown.field === field;

test("RFC 7396, appendix A: the examples whose document is an object", () => {
  const examples: [Json, Json, Json][] = [
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [document, patch, made] of examples) {
    const before = structuredClone(document);
    assert.deepEqual(applyMergePatch(document as never, patch), made);
    assert.deepEqual(document, before, "the given document is not touched");
  }
  for (const wrong of [["c"], "bar", null, 1]) assert.throws(() => applyMergePatch({}, wrong), refused(""));
});

test("RFC 6902, appendix A: the examples", () => {
  const examples: [Json, Json, Json | string][] = [
    [{ foo: "bar" }, [{ op: "add", path: "/baz", value: "qux" }], { baz: "qux", foo: "bar" }],
    [{ foo: ["bar", "baz"] }, [{ op: "add", path: "/foo/1", value: "qux" }], { foo: ["bar", "qux", "baz"] }],
    [{ baz: "qux", foo: "bar" }, [{ op: "remove", path: "/baz" }], { foo: "bar" }],
    [{ foo: ["bar", "qux", "baz"] }, [{ op: "remove", path: "/foo/1" }], { foo: ["bar", "baz"] }],
    [{ baz: "qux" }, [{ op: "replace", path: "/baz", value: "boo" }], { baz: "boo" }],
    [
      { foo: { bar: "baz", waldo: "fred" }, qux: { corge: "grault" } },
      [{ op: "move", from: "/foo/waldo", path: "/qux/thud" }],
      { foo: { bar: "baz" }, qux: { corge: "grault", thud: "fred" } },
    ],
    [{ foo: ["all", "cows"] }, [{ op: "move", from: "/foo/0", path: "/foo/1" }], { foo: ["cows", "all"] }],
    [
      { baz: "qux", foo: ["a", 2] },
      [
        { op: "test", path: "/baz", value: "qux" },
        { op: "test", path: "/foo/1", value: 2 },
      ],
      { baz: "qux", foo: ["a", 2] },
    ],
    [{ baz: "qux" }, [{ op: "test", path: "/baz", value: "bar" }], "/baz"],
    [
      { foo: "bar" },
      [{ op: "add", path: "/child", value: { grandchild: {} } }],
      { foo: "bar", child: { grandchild: {} } },
    ],
    [{ foo: "bar" }, [{ op: "add", path: "/baz/bat", value: "qux" }], "/baz/bat"],
    [{ "/": 9, "~1": 10 }, [{ op: "test", path: "/~01", value: 10 }], { "/": 9, "~1": 10 }],
    [{ foo: ["bar"] }, [{ op: "add", path: "/foo/-", value: ["abc"] }], { foo: ["bar", ["abc"]] }],
    [{ a: 1 }, [{ op: "replace", path: "", value: { b: 2 } }], { b: 2 }],
  ];
  for (const [document, patch, made] of examples) {
    const before = structuredClone(document);
    if (typeof made === "string") assert.throws(() => applyJsonPatch(document as never, patch), refused(made));
    else assert.deepEqual(applyJsonPatch(document as never, patch), made);
    assert.deepEqual(document, before, "the given document is not touched");
  }
});

test("a JSON Patch is carried out whole or not at all, and says which operation failed", () => {
  const patch = [
    { op: "add", path: "/a", value: 1 },
    { op: "remove", path: "/nowhere" },
  ];
  assert.throws(
    () => applyJsonPatch({}, patch),
    (thrown) => refused("/nowhere")(thrown) && /operation 1/.test((thrown as Error).message),
  );
});

test("an operation that is none is refused by its place in the patch", () => {
  const table: [Json, string][] = [
    [{ op: "add" }, ""],
    [[1], "/0"],
    [[{ op: "steal", path: "/a" }], "/0/op"],
    [
      [
        { op: "add", path: "/a", value: 1 },
        { op: "add", path: "a", value: 1 },
      ],
      "/1/path",
    ],
    [[{ op: "add", path: "/a" }], "/0/value"],
    [[{ op: "move", path: "/a" }], "/0/from"],
    [[{ op: "move", from: "/a", path: "/a/b" }], "/0/from"],
    [[{ op: "add", path: "/__proto__/x", value: 1 }], "/0/path"],
    [[{ op: "replace", path: "", value: [] }], ""],
  ];
  for (const [patch, field] of table) assert.throws(() => applyJsonPatch({ a: {} }, patch), refused(field));
  assert.equal(({} as { x?: unknown }).x, undefined);
});
