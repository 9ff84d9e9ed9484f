/** Overloaded processes do not take each other for dead, and a dead one is found by probes alone (M1, M3). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runDetection } from "./detection-run.ts";

test("five processes whose loops are blocked 8 of every 10 ms bury nobody but the one that is killed", async (t) => {
  // The store would wait for an hour: only probes can have found the dead one.
  const outcome = await runDetection({ watchedMs: 6_000, deadAfterMs: 3_600_000 });
  t.diagnostic(JSON.stringify(outcome));
  assert.equal(outcome.falseDeaths, 0);
});
