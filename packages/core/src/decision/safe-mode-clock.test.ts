import assert from "node:assert/strict";
import { test } from "node:test";
import { createSafeModeClock } from "./safe-mode-clock.ts";

test("the time in safe mode runs from the reading that began it to the reading that ended it", () => {
  const clock = createSafeModeClock();
  assert.deepEqual(clock.judge(100, false), { switched: false, heldMs: 0 });
  assert.deepEqual(clock.judge(170, true), { switched: true, heldMs: 0 });
  assert.deepEqual(clock.judge(240, true), { switched: false, heldMs: 70 });
  assert.deepEqual(clock.judge(300, false), { switched: true, heldMs: 60 });
  assert.deepEqual(clock.judge(400, false), { switched: false, heldMs: 0 });
});

test("while nobody looks no time is counted", () => {
  const clock = createSafeModeClock(500);
  clock.judge(0, true);
  assert.equal(clock.judge(60_000, true).heldMs, 500);
});
