import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { steppedLoad } from "./load.ts";

test("a load that wavers within a step is told once, one that moves by a step is told anew", () => {
  assert.deepEqual(
    [0.04, 0.09, 0.1, 0.14, 0.06, 0.52, 0.6].map((measured) => steppedLoad(0, measured)),
    [0, 0, 0.1, 0.1, 0, 0.5, 0.6],
  );
  assert.equal(steppedLoad(0.5, 0.58), 0.5);
  assert.equal(steppedLoad(0.5, 0.41), 0.5);
  assert.equal(steppedLoad(0.5, 0.4), 0.4);
});

test("what is told is a multiple of a tenth, within a step of what was measured, and telling it again changes nothing", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 }), fc.double({ min: 0, max: 1, noNaN: true }), (tenths, measured) => {
      const told = steppedLoad(tenths / 10, measured);
      assert.ok(Math.abs(told - measured) <= 0.1, `${told} for ${measured}`);
      assert.equal(told * 10, Math.round(told * 10));
      assert.equal(steppedLoad(told, measured), told);
    }),
  );
});
