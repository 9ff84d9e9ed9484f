import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { coherence, maxGapRatio, medianOf, phaseOfCycle } from "./order-parameter.ts";

test("equal phases have coherence 1 and the widest gap", () => {
  assert.ok(Math.abs((coherence([1, 1, 1]) ?? 0) - 1) < 1e-12);
  assert.ok(Math.abs((maxGapRatio([1, 1, 1]) ?? 0) - 3) < 1e-12);
});

test("evenly spread phases have coherence 0 and gap ratio 1", () => {
  const even = Array.from({ length: 7 }, (_, index) => (index * 2 * Math.PI) / 7);
  assert.ok((coherence(even) ?? 1) < 1e-12);
  assert.ok(Math.abs((maxGapRatio(even) ?? 0) - 1) < 1e-12);
});

test("no phases have no order", () => {
  assert.equal(coherence([]), undefined);
  assert.equal(maxGapRatio([]), undefined);
  assert.equal(medianOf([]), undefined);
});

test("coherence does not depend on where phase 0 is", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 6.28, noNaN: true }), { minLength: 1 }),
      fc.nat(6),
      (phases, turn) => {
        const turned = phases.map((phase) => phase + turn);
        assert.ok(Math.abs((coherence(phases) ?? 0) - (coherence(turned) ?? 0)) < 1e-9);
      },
    ),
  );
});

test("a phase lies in [0, 2π) also for negative counts", () => {
  fc.assert(
    fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (cycle) => {
      const phase = phaseOfCycle(cycle);
      assert.ok(phase >= 0 && phase < 2 * Math.PI);
    }),
  );
});

test("the median of an even count is the mean of the middle two", () => {
  assert.equal(medianOf([4, 1, 3, 2]), 2.5);
  assert.equal(medianOf([3, 1, 2]), 2);
});
