import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { catchUpSlot, firstSlot, replanSlot, slotAfter, slotAtMs } from "./slot.ts";

const hourMs = 3_600_000;

test("an agent that begins after its slot waits for the next period, so that a restart of all stampedes nowhere", () => {
  assert.deepEqual(firstSlot(0.25, hourMs, 10 * hourMs), { cycle: 10, atMs: 10.25 * hourMs });
  assert.deepEqual(firstSlot(0.25, hourMs, 10.25 * hourMs), { cycle: 11, atMs: 11.25 * hourMs });
});

test("a new plan moves a slot that is to come, and never into the past", () => {
  const planned = slotAfter(9, 0.5, hourMs);
  assert.equal(replanSlot(planned, 0.6, hourMs, 10.1 * hourMs).atMs, 10.6 * hourMs);
  assert.equal(replanSlot(planned, 0.2, hourMs, 10.3 * hourMs), planned);
});

test("a slot that is over its grace is missed, and the next one is taken", () => {
  const where = { placeCycles: 0.5, periodMs: hourMs, graceMs: 60_000 };
  const planned = { cycle: 10, atMs: 10.5 * hourMs };
  assert.deepEqual(catchUpSlot(planned, where, planned.atMs + 60_000), { missed: 0, planned });
  assert.deepEqual(catchUpSlot(planned, where, planned.atMs + 60_001), {
    missed: 1,
    planned: { cycle: 11, atMs: 11.5 * hourMs },
  });
  assert.deepEqual(catchUpSlot(planned, where, 14.5 * hourMs + 1), {
    missed: 4,
    planned: { cycle: 14, atMs: 14.5 * hourMs },
  });
});

test("under any churn and any pauses an agent runs at most once in a cycle, and what it does not run it counts as missed", () => {
  const event = fc.record({
    stepMs: fc.integer({ min: 1, max: 2_500 }),
    place: fc.option(fc.double({ min: 0, max: 0.999, noNaN: true })),
  });
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 60 }), (events) => {
      const periodMs = 1_000;
      let placeCycles = 0.3;
      let nowMs = 5_000;
      let planned = firstSlot(placeCycles, periodMs, nowMs);
      let counted = planned.cycle - 1;
      for (const { stepMs, place } of events) {
        nowMs += stepMs;
        if (place !== null) {
          placeCycles = place;
          planned = replanSlot(planned, placeCycles, periodMs, nowMs);
        }
        const caughtUp = catchUpSlot(planned, { placeCycles, periodMs, graceMs: 100 }, nowMs);
        counted += caughtUp.missed;
        planned = caughtUp.planned;
        assert.equal(planned.cycle, counted + 1, "no cycle is left out or taken twice");
        if (planned.atMs > nowMs) continue;
        assert.ok(nowMs - planned.atMs <= 100);
        counted += 1;
        planned = slotAfter(planned.cycle, placeCycles, periodMs);
      }
      assert.ok(slotAtMs(counted, placeCycles, periodMs) <= nowMs + periodMs, "nothing is counted ahead of time");
    }),
  );
});
