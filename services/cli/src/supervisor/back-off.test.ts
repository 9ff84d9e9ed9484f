import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { backOffMs, restartDelayMs } from "./back-off.ts";

test("each short life in a row doubles the wait, up to the longest", () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 7, 60].map((lives) => restartDelayMs(lives, 0.5));
  assert.deepEqual(waits, [250, 250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});

test("the jitter stays within a fifth", () => {
  fc.assert(
    fc.property(fc.nat(1_000), fc.double({ min: 0, max: 1, noNaN: true }), (lives, chance) => {
      const wait = restartDelayMs(lives, chance);
      assert.ok(wait >= backOffMs.first * 0.8 && wait <= backOffMs.longest * 1.2, `${wait} ms`);
    }),
  );
});
