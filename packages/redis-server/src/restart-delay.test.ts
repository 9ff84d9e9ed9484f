import assert from "node:assert/strict";
import { test } from "node:test";
import { RESTART_DELAY_MAX_MS, RESTART_DELAY_MIN_MS, restartDelayMs } from "./restart-delay.ts";

test("waits double from the shortest to the longest and stay there", () => {
  const waits = Array.from({ length: 40 }, (_, shortLives) => restartDelayMs(shortLives));
  assert.deepEqual(waits.slice(0, 7), [50, 100, 200, 400, 800, 1_600, 2_000]);
  assert.equal(waits[0], RESTART_DELAY_MIN_MS);
  assert.ok(waits.slice(6).every((wait) => wait === RESTART_DELAY_MAX_MS));
});
