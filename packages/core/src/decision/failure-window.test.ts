import assert from "node:assert/strict";
import { test } from "node:test";
import { createFailureWindow } from "./failure-window.ts";

test("without attempts nothing has failed", () => {
  assert.equal(createFailureWindow().rate(0), 0);
});

test("the rate is that of the last attempts", () => {
  const window = createFailureWindow(4);
  for (const failed of [true, true, true, true, false]) window.record(0, failed);
  assert.equal(window.rate(0), 3 / 4);
});

test("failures are forgotten in time, so that safe mode can end although no reasoner is asked in it", () => {
  const window = createFailureWindow(50, 60_000);
  window.record(1_000, true);
  assert.equal(window.rate(61_000), 1);
  assert.equal(window.rate(61_001), 0);
});
