import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRandom } from "@entrain/kernel";
import { redialDelayMs } from "./redial-delay.ts";

test("pauses double from 50 ms to 2 s, and up to half of each is chance", () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000 }), fc.integer(), (attempt, seed) => {
      const fullMs = Math.min(2_000, 50 * 2 ** attempt);
      const delayMs = redialDelayMs(attempt, createRandom(seed));
      assert.ok(delayMs >= fullMs / 2 && delayMs <= fullMs);
    }),
  );
  const random = createRandom("a swarm");
  const delays = Array.from({ length: 100 }, () => redialDelayMs(20, random));
  assert.ok(new Set(delays.map(Math.round)).size > 50, "a swarm that lost a peer together dials apart");
});
