import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { editDistance, nearestName } from "./nearest-name.ts";

/** The definition, without any cleverness. */
function slowDistance(a: string, b: string): number {
  if (a === "" || b === "") return a.length + b.length;
  const swapped = a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0];
  return Math.min(
    slowDistance(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1),
    slowDistance(a.slice(1), b) + 1,
    slowDistance(a, b.slice(1)) + 1,
    swapped ? slowDistance(a.slice(2), b.slice(2)) + 1 : Infinity,
  );
}

test("the edit distance is what its definition says", () => {
  const word = fc.string({ unit: fc.constantFrom("A", "B", "C"), maxLength: 6 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      assert.equal(editDistance(a, b), slowDistance(a, b));
    }),
    { numRuns: 300 },
  );
});

test("two letters that changed places are one mistake", () => {
  assert.equal(editDistance("PEROID", "PERIOD"), 1);
});

test("a slip is guessed at, another word is not", () => {
  const known = ["agents", "period", "port", "for"];
  assert.equal(nearestName("agnets", known), "agents");
  assert.equal(nearestName("perod", known), "period");
  assert.equal(nearestName("four", known), "for");
  assert.equal(nearestName("json", known), undefined);
  assert.equal(nearestName("x", known), undefined);
});
