import assert from "node:assert/strict";
import { test } from "node:test";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createBeatTimer } from "./beat-timer.ts";

function timerIn(time: ReturnType<typeof createVirtualTime>, spins = false) {
  const wokenAtMs: number[] = [];
  const timer = createBeatTimer({
    clock: time.clock,
    timers: time.timers,
    spin: () => spins,
    wake: () => {
      wokenAtMs.push(time.clock.monoMs());
    },
  });
  return { timer, wokenAtMs };
}

test("a beat wakes at its instant or within a millisecond after it, never before", async () => {
  const time = createVirtualTime();
  const { timer, wokenAtMs } = timerIn(time);
  timer.arm(100.4e6);
  await time.advance(100.3);
  assert.equal(wokenAtMs.length, 0);
  await time.advance(2);
  const [wokenMs = NaN] = wokenAtMs;
  assert.ok(wokenMs >= 100.4 && wokenMs <= 101.4);
});

test("arming again replaces the instant, disarming forgets it", async () => {
  const time = createVirtualTime();
  const { timer, wokenAtMs } = timerIn(time);
  timer.arm(100e6);
  timer.arm(50e6);
  await time.advance(200);
  assert.deepEqual(wokenAtMs, [50]);
  timer.arm(300e6);
  timer.disarm();
  await time.advance(200);
  assert.deepEqual(wokenAtMs, [50]);
});

test("an instant that has passed wakes after this turn, not within it", async () => {
  const time = createVirtualTime();
  await time.advance(10);
  const { timer, wokenAtMs } = timerIn(time);
  timer.arm(1e6);
  assert.deepEqual(wokenAtMs, []);
  await new Promise(setImmediate);
  assert.deepEqual(wokenAtMs, [10]);
});
