/** A fifth of all frames to and from Redis is lost, and each is 100 ms late: messages arrive, and of QoS 2 each counts once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runLossy, sumOf } from "./bus-losses.ts";

const messages = 2_000;

test(`of ${messages} messages of QoS 1 at least 99.9 % arrive, and of ${messages} of QoS 2 each counts once`, async (t) => {
  const run = { seed: 1, messages, lossShare: 0.2, delayMs: 100, withinMs: 120_000, atOnce: 250, consumers: 2 };
  const outcome = await runLossy(run);
  t.diagnostic(JSON.stringify(outcome));
  assert.ok(outcome.lost > 0.15 * outcome.frames, "frames were lost");
  assert.ok(outcome.qos1.delivered >= 0.999 * messages, `${outcome.qos1.delivered} arrived`);
  assert.deepEqual([outcome.qos2.counted, outcome.qos2.sum], [messages, sumOf(messages)]);
  assert.equal(outcome.deadLetters, 0);
});
