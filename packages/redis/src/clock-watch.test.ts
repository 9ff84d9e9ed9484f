import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createClockWatch } from "./clock-watch.ts";

const delayMs = fc.double({ min: 0, max: 2_000, noNaN: true });
const exchange = fc.record({ pauseMs: delayMs, thereMs: delayMs, backMs: delayMs });

test("no delay, however long or lopsided, looks like a jump", () => {
  fc.assert(
    fc.property(fc.array(exchange, { minLength: 1, maxLength: 20 }), fc.integer(), (exchanges, offsetMs) => {
      const watch = createClockWatch();
      let nowMs = 0;
      for (const { pauseMs, thereMs, backMs } of exchanges) {
        const sentMs = nowMs + pauseMs;
        const storeMs = sentMs + thereMs + offsetMs;
        nowMs = sentMs + thereMs + backMs;
        assert.ok(watch.observe(sentMs, storeMs, nowMs) < 1e-6);
      }
    }),
  );
});

test("a jump is seen, in either direction, but for what the delays can hide of it", () => {
  fc.assert(
    fc.property(exchange, exchange, fc.integer({ min: -1e6, max: 1e6 }), (before, after, jumpMs) => {
      const watch = createClockWatch();
      watch.observe(0, before.thereMs, before.thereMs + before.backMs);
      const sentMs = before.thereMs + before.backMs + after.pauseMs;
      const receivedMs = sentMs + after.thereMs + after.backMs;
      const seenMs = watch.observe(sentMs, sentMs + after.thereMs + jumpMs, receivedMs);
      const hiddenMs = before.thereMs + before.backMs + after.thereMs + after.backMs;
      assert.ok(seenMs <= Math.abs(jumpMs) + 1e-6);
      assert.ok(seenMs >= Math.abs(jumpMs) - hiddenMs - 1e-6);
    }),
  );
});
