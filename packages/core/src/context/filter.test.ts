import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { diffDocuments } from "./changes.ts";
import type { ContextEntry } from "./entry.ts";
import { createSieve, type ContextFilter } from "./filter.ts";

const before = { policy: { limits: { cpu: 1, memory: 2 }, old: true }, blackboard: { items: { a: { value: 1 } } } };
const after = {
  policy: { limits: { cpu: 3, memory: 2 } },
  blackboard: { items: { a: { value: 1 }, b: { value: 2 } } },
};
const entry: ContextEntry = {
  version: 2,
  baseVersion: 1,
  author: "ops",
  reason: "",
  atMs: 0,
  patch: { kind: "initial" },
  changes: diffDocuments(before, after),
};

const pointersOf = (filter: ContextFilter) => createSieve(filter)(entry)?.map(({ pointer }) => pointer);

test("a filter lets through what is at its places or below, by kind and author", () => {
  const all = ["/blackboard/items/b", "/policy/limits/cpu", "/policy/old"];
  const table: [ContextFilter, string[] | undefined][] = [
    [{}, all],
    [{ pointers: [""] }, all],
    [{ pointers: ["/policy"] }, all.slice(1)],
    [{ pointers: ["/pol"] }, undefined],
    [{ pointers: ["/policy/limits/cp"] }, undefined],
    [{ pointers: ["/policy/limits/cpu/deep"] }, undefined],
    [{ pointers: ["/blackboard/items/b/value"] }, ["/blackboard/items/b"]],
    [{ pointers: ["/blackboard/items/b/kind"] }, undefined],
    [{ pointers: ["/policy/*/cpu"] }, ["/policy/limits/cpu"]],
    [{ pointers: ["/**/cpu"] }, ["/policy/limits/cpu"]],
    [{ pointers: ["/**"] }, all],
    [{ pointers: ["/blackboard/items/*/value"] }, ["/blackboard/items/b"]],
    [{ pointers: ["/blackboard/items/*/kind"] }, undefined],
    [{ pointers: ["/policy/old", "/blackboard"] }, ["/blackboard/items/b", "/policy/old"]],
    [{ kinds: ["removed"] }, ["/policy/old"]],
    [{ authors: ["ops"] }, all],
    [{ authors: ["dev"] }, undefined],
  ];
  for (const [filter, expected] of table) assert.deepEqual(pointersOf(filter), expected, JSON.stringify(filter));
});

test("a filter that is none is refused", () => {
  for (const filter of [
    { pointers: ["policy"] },
    { kinds: ["moved" as never] },
    { authors: Array.from({ length: 101 }, String) },
  ])
    assert.throws(() => createSieve(filter), EntrainError);
});
