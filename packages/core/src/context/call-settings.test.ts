import assert from "node:assert/strict";
import { test } from "node:test";
import { callSettings } from "./call-settings.ts";

const usual = { timeoutMs: 10_000, attemptsMax: 1, pauseMs: 100, pauseMaxMs: 5_000 };

test("the document's word counts before the caller's, and that before what is usual", () => {
  const configuration = { timeouts: { upstream: 250 }, retries: { upstream: { attemptsMax: 3 } } };
  const own = { timeoutMs: 1_000, attemptsMax: 9, pauseMs: 7 };
  assert.deepEqual(callSettings({ configuration }, "upstream", own), {
    ...usual,
    timeoutMs: 250,
    attemptsMax: 3,
    pauseMs: 7,
  });
  assert.deepEqual(callSettings({ configuration }, "other"), usual);
});

test("nonsense is as if it were not there, and what is beyond all bounds is cut", () => {
  for (const configuration of [1, { timeouts: [], retries: { upstream: { attemptsMax: "3", pauseMs: -1 } } }])
    assert.deepEqual(callSettings({ configuration }, "upstream"), usual);
  const configuration = { timeouts: { x: 1e300 }, retries: { x: { attemptsMax: 1e9, pauseMs: 1e9, pauseMaxMs: 1e9 } } };
  assert.deepEqual(callSettings({ configuration }, "x"), {
    timeoutMs: 86_400_000,
    attemptsMax: 100,
    pauseMs: 3_600_000,
    pauseMaxMs: 3_600_000,
  });
  const none = { retries: { x: { attemptsMax: 0 } } };
  assert.equal(callSettings({ configuration: none }, "x").attemptsMax, 1);
});
