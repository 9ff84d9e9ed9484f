import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMs, formatPeriod, formatPlain, formatPpm, formatRatio, formatShare, formatTime } from "./figures.ts";

test("an unknown figure is a dash, and never looks like a zero", () => {
  for (const format of [formatMs, formatPeriod, formatPlain, formatPpm, formatRatio, formatShare, formatTime])
    assert.equal(format(null), "–");
});

test("figures carry their unit and their sign", () => {
  assert.equal(formatPpm(12.4), "+12 ppm");
  assert.equal(formatPpm(-3), "-3 ppm");
  assert.equal(formatMs(0.1234), "0.123 ms");
  assert.equal(formatMs(1234.5), "1235 ms");
  assert.equal(formatPeriod(200), "200 ms");
  assert.equal(formatPeriod(60_000), "60 s");
  assert.equal(formatShare(0.987), "98.7 %");
});
