import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { betweenBeats, neighbourLimit, updateIntervalNs } from "./message-budget.ts";

test("while something is new an agent speaks every fifth of a period, within 20 ms and 1 s", () => {
  const table = [
    [20, 20],
    [200, 40],
    [1_000, 200],
    [60_000, 1_000],
  ] as const;
  for (const [periodMs, intervalMs] of table) assert.equal(updateIntervalNs(periodMs * 1e6, false), intervalMs * 1e6);
});

test("of a process with a crowd it speaks more seldom, but twice a second at least where it would alone", () => {
  for (const [periodMs, crowd, intervalMs] of [
    [200, 50, 40],
    [200, 250, 200],
    [200, 5_000, 500],
    [1_000, 250, 500],
    [60_000, 250, 1_000],
  ] as const)
    assert.equal(updateIntervalNs(periodMs * 1e6, false, crowd), intervalMs * 1e6);
});

test("once settled it speaks twice a second", () => {
  assert.equal(updateIntervalNs(20e6, true), 500e6);
});

test("an agent keeps eight neighbours, sixteen where frames are batched, and never more than there are", () => {
  assert.equal(neighbourLimit(5, false), 4);
  assert.equal(neighbourLimit(50, false), 8);
  assert.equal(neighbourLimit(2_000, true), 16);
  assert.equal(neighbourLimit(1, false), 0);
});

test("an update that is due near the own beat waits until after it, by no more than half a cycle; another one is made when due", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 20, max: 10_000, noNaN: true }),
      fc.double({ min: -50, max: 50, noNaN: true }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (periodMs, dueCycles, share) => {
        const periodNs = periodMs * 1e6;
        const [dueNs, beatNs, guardNs] = [dueCycles * periodNs, 3 * periodNs, Math.min(20e6, periodNs / 4)];
        const distanceNs = (atNs: number): number => Math.abs(atNs - periodNs * Math.round(atNs / periodNs));
        const atNs = betweenBeats(dueNs, beatNs, periodNs, share);
        assert.ok(distanceNs(atNs) >= guardNs - 100);
        if (distanceNs(dueNs) >= guardNs + 100) assert.equal(atNs, dueNs);
        assert.ok(atNs >= dueNs && atNs - dueNs <= guardNs + Math.max(periodNs / 2, guardNs));
      },
    ),
  );
});
