import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fullSpending, spend, spendingAt } from "./spending.ts";

test("a cost beyond what is left is owed, and paid by time", () => {
  const owing = spend(fullSpending(600, 0), 700, 600, 0);
  assert.equal(owing.left, -100);
  assert.equal(spendingAt(owing, 600, 10_000).left, 0);
  assert.equal(spendingAt(owing, 600, 3_600_000).left, 600, "no more than a minute's worth is saved up");
});

test("whoever asks only while something is left spends at most two minutes' worth and one call in any minute", () => {
  const calls = fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 1, max: 50 })), {
    maxLength: 100,
  });
  fc.assert(
    fc.property(calls, (steps) => {
      const perMinute = 100;
      let [spending, nowMs] = [fullSpending(perMinute, 0), 0];
      const spent: { readonly atMs: number; readonly cost: number }[] = [];
      for (const [passedMs, cost] of steps) {
        nowMs += passedMs;
        spending = spendingAt(spending, perMinute, nowMs);
        if (spending.left <= 0) continue;
        spending = spend(spending, cost, perMinute, nowMs);
        spent.push({ atMs: nowMs, cost });
      }
      for (const { atMs } of spent) {
        const inMinute = spent.filter((call) => call.atMs >= atMs && call.atMs < atMs + 60_000);
        assert.ok(inMinute.reduce((sum, { cost }) => sum + cost, 0) <= 2 * perMinute + 50);
      }
    }),
  );
});
