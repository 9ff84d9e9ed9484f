/** Hints as they come over the wire. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { contextHint } from "./context-hint.ts";

const entry = (version: number) => ({ version, changes: [] });

test("a hint is a list of entries, one entry as earlier versions sent it, or a number", () => {
  const [one, two] = [entry(1), entry(2)];
  assert.deepEqual(contextHint(JSON.stringify([one, two])), { version: 2, entries: [one, two] });
  assert.deepEqual(contextHint(JSON.stringify(two)), { version: 2, entries: [two] });
  assert.deepEqual(contextHint("7"), { version: 7 });
});

test("what is not understood is a hint of no version", () => {
  for (const message of [
    "",
    "x",
    "[",
    "[]",
    "{}",
    "null",
    "NaN",
    "1.5",
    "1e300",
    '"3"',
    "[1]",
    '{"version":"3","changes":[]}',
  ])
    assert.deepEqual(contextHint(message), { version: Number.NaN }, message);
});
