import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { editDistance, isInjected, nearestName } from "./unknown-names.ts";

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

test("a name far from all others gets no guess", () => {
  assert.equal(nearestName("ENTRAIN_XYZZY", ["ENTRAIN_PERIOD", "ENTRAIN_GOAL"]), undefined);
  assert.equal(nearestName("ENTRAIN_goal", ["ENTRAIN_PERIOD", "ENTRAIN_GOAL"]), "ENTRAIN_GOAL");
});

test("a port with a number in it is ours, one with a link is Kubernetes's", () => {
  assert.equal(isInjected("ENTRAIN_GRPC_PORT", "50051"), false);
  assert.equal(isInjected("ENTRAIN_GRPC_PORT", "tcp://10.0.0.1:50051"), true);
  assert.equal(isInjected("ENTRAIN_PERIOD", "tcp://10.0.0.1:50051"), false);
});
