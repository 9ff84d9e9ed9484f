import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { initialGoal } from "./goal.ts";
import { createOscillator, cycleAt, instantOf, shifted, withGoal } from "./oscillator.ts";

const close = (actual: number, expected: number, tolerance: number): void => {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);
};

test("R1: the count grows by dt / T", () => {
  const oscillator = createOscillator(5e9, 10, 200e6);
  assert.equal(cycleAt(oscillator, 5e9), 10);
  assert.equal(cycleAt(oscillator, 6e9), 15);
  assert.equal(instantOf(oscillator, 15), 6e9);
});

test("the instant of a count is the inverse of the count at an instant, also across a change of period", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e12, noNaN: true }),
      fc.integer({ min: 20, max: 10_000 }),
      fc.integer({ min: 20, max: 10_000 }),
      fc.integer({ min: 0, max: 50 }),
      (aheadNs, periodMs, nextPeriodMs, beatsAhead) => {
        const goal = { ...initialGoal("sync", nextPeriodMs, 0), goalVersion: 2, effectiveBeat: beatsAhead };
        const oscillator = withGoal(createOscillator(0, -0.5, periodMs * 1e6), 0, goal);
        const cycle = cycleAt(oscillator, aheadNs);
        close(instantOf(oscillator, cycle), aheadNs, 1e-3 + aheadNs * 1e-9);
      },
    ),
  );
});

test("a change of period leaves the count continuous and takes effect at its beat", () => {
  const goal = { ...initialGoal("sync", 100, 0), goalVersion: 2, effectiveBeat: 4 };
  const oscillator = withGoal(createOscillator(0, 0, 200e6), 0, goal);
  close(cycleAt(oscillator, 800e6), 4, 1e-12);
  close(cycleAt(oscillator, 900e6), 5, 1e-12);
});

test("a goal that arrives after its beat counts what passed since at the new period", () => {
  const goal = { ...initialGoal("sync", 100, 0), goalVersion: 2, effectiveBeat: 4 };
  const onTime = withGoal(createOscillator(0, 0, 200e6), 0, goal);
  const late = withGoal(createOscillator(0, 0, 200e6), 1e9, goal);
  close(cycleAt(late, 2e9), cycleAt(onTime, 2e9), 1e-9);
});

test("shifting moves the count now and keeps the slope ahead", () => {
  const goal = { ...initialGoal("sync", 100, 0), goalVersion: 2, effectiveBeat: 4 };
  const oscillator = shifted(withGoal(createOscillator(0, 0, 200e6), 0, goal), 100e6, 0.25);
  close(cycleAt(oscillator, 100e6), 0.75, 1e-12);
  close(instantOf(oscillator, 5) - instantOf(oscillator, 4), 100e6, 1);
});
