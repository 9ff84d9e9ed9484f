import assert from "node:assert/strict";
import { test } from "node:test";
import { beatSpreads } from "./beat-spread.ts";
import { quantile } from "./quantile.ts";

const report = (agentId: string, beat: number, firedNs: number, goalVersion = 1) => ({
  agentId,
  beat,
  firedNs,
  goalVersion,
});

test("the spread of a beat is latest minus earliest firing", () => {
  assert.deepEqual(beatSpreads([report("a", 1, 10), report("b", 1, 17), report("c", 1, 12)]), [7]);
});

test("a beat that one agent fired has no spread, and beats of two goals are not mixed", () => {
  assert.deepEqual(beatSpreads([report("a", 1, 10), report("a", 2, 20), report("b", 2, 23, 2)]), []);
});

test("quantiles interpolate between the samples", () => {
  assert.equal(quantile([], 0.5), undefined);
  assert.equal(quantile([3, 1, 2], 0.5), 2);
  assert.equal(quantile([0, 10], 0.25), 2.5);
});
