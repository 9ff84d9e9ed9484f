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

/** Timers with Node's grain, each up to a millisecond late, and a thread that can be held. */
function dozingTimer() {
  let nowNs = 0;
  let pending: { readonly atNs: number; readonly callback: () => void } | undefined;
  const dozedMs: number[] = [];
  const wokenAtNs: number[] = [];
  const clock = { monoNs: () => nowNs, monoMs: () => nowNs / 1e6, unixMs: () => nowNs / 1e6 };
  const timer = createBeatTimer({
    clock,
    timers: {
      after(delayMs, callback) {
        pending = { atNs: nowNs + (Math.ceil(delayMs) + 0.9) * 1e6, callback };
        return () => {
          pending = undefined;
        };
      },
    },
    spin: () => false,
    doze(ms) {
      dozedMs.push(ms);
      nowNs += ms * 1e6;
    },
    wake: () => void wokenAtNs.push(nowNs),
  });
  return {
    dozedMs,
    wokenAtNs,
    /** Arms and lets everything happen until the timer wakes. */
    beatAt: async (atNs: number): Promise<void> => {
      const before = wokenAtNs.length;
      timer.arm(atNs);
      while (wokenAtNs.length === before) {
        await new Promise(setImmediate);
        const due = pending;
        pending = undefined;
        nowNs = Math.max(nowNs, due?.atNs ?? 0);
        due?.callback();
      }
    },
  };
}

test("where the thread may be held, a beat wakes at its very instant, whatever the timers' grain", async () => {
  const { dozedMs, wokenAtNs, beatAt } = dozingTimer();
  const instants = [100.4e6, 203.1e6, 305.9e6, 407.2e6];
  for (const atNs of instants) await beatAt(atNs);
  for (const [index, atNs] of instants.entries()) assert.ok(Math.abs(wokenAtNs[index]! - atNs) < 1);
  assert.ok(dozedMs.length === 4 && dozedMs.every((ms) => ms <= 2));
});

test("no more than a tenth of the time is dozed through, however many beats there are", async () => {
  const { dozedMs, wokenAtNs, beatAt } = dozingTimer();
  for (let beat = 1; beat <= 1_000; beat++) await beatAt(beat * 1.7e6);
  const total = dozedMs.reduce((sum, ms) => sum + ms, 0);
  assert.ok(total > 0 && total <= 0.1 * (wokenAtNs.at(-1)! / 1e6) + 2, `${total} ms of ${wokenAtNs.at(-1)! / 1e6}`);
});
