import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { circularShorth, meanDirection, weightedMedian, wrapCycles } from "./phase-arithmetic.ts";

const angle = fc.double({ min: -3, max: 3, noNaN: true });

test("a wrapped angle is the same angle, in half a turn either way", () => {
  fc.assert(
    fc.property(angle, (cycles) => {
      const wrapped = wrapCycles(cycles);
      assert.ok(wrapped >= -0.5 && wrapped < 0.5);
      assert.ok(Math.abs(cycles - wrapped - Math.round(cycles - wrapped)) < 1e-9);
    }),
  );
});

test("a minority cannot move the shorth out of the arc in which the majority lies", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -0.05, max: 0.05, noNaN: true }), { minLength: 4, maxLength: 20 }),
      fc.array(angle, { maxLength: 3 }),
      angle,
      (honest, liars, turn) => {
        const shorth = circularShorth([...liars, ...honest].map((cycles) => cycles + turn));
        assert.ok(Math.abs(wrapCycles((shorth?.meanCycles ?? 9) - turn)) <= 0.1 + 1e-9);
      },
    ),
  );
});

test("the shorth of a few angles is the mean of the shortest arc over more than half of them", () => {
  assert.equal(circularShorth([]), undefined);
  assert.ok(Math.abs((circularShorth([0.1])?.meanCycles ?? 0) - 0.1) < 1e-12);
  assert.ok(
    Math.abs(wrapCycles((circularShorth([0.98, 0.02, 0.4])?.meanCycles ?? 1) - 0)) < 1e-12,
    "across the cut of the circle",
  );
});

test("the median weighs", () => {
  const of = (...pairs: [number, number][]) => weightedMedian(pairs.map(([value, weight]) => ({ value, weight })));
  assert.equal(of(), undefined);
  assert.equal(of([5, 0]), undefined);
  assert.equal(of([1, 1], [3, 1]), 2);
  assert.equal(of([1, 1], [3, 1], [9, 5]), 9);
  assert.equal(of([4, 1], [1, 1], [2, 1]), 2);
});

test("the mean direction agrees fully with one angle and not at all with opposite ones", () => {
  assert.equal(meanDirection([]), undefined);
  const one = meanDirection([{ cycles: 0.3, weight: 2 }]);
  assert.ok(one !== undefined && Math.abs(one.cycles - 0.3) < 1e-12 && one.agreement > 0.999);
  const opposite = meanDirection([
    { cycles: 0, weight: 1 },
    { cycles: 0.5, weight: 1 },
  ]);
  assert.ok((opposite?.agreement ?? 1) < 1e-12);
});
