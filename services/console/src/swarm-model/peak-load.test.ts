import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { peakLoad } from "./peak-load.ts";

const periodNs = 60_000;

test("everybody at once is N beats in one window", () => {
  const firings = Array.from({ length: 50 }, () => 5);
  assert.equal(peakLoad(firings, periodNs, 50), 50);
});

test("evenly spread is 1, for few agents and for many", () => {
  for (const agents of [1, 7, 60, 61, 200]) {
    const firings = Array.from({ length: 3 * agents }, (_, index) => (index * periodNs) / agents);
    assert.equal(peakLoad(firings, periodNs, agents), 1, `${agents} agents`);
  }
});

test("no firings: unknown", () => {
  assert.equal(peakLoad([], periodNs, 3), undefined);
});

test("the sweep finds what counting every window finds", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 120_000 }), { minLength: 1, maxLength: 60 }), (firings) => {
      const counts = firings.map((from) => firings.filter((one) => one >= from && one < from + periodNs / 60).length);
      assert.equal(peakLoad(firings, periodNs, 1), Math.max(...counts));
    }),
  );
});
