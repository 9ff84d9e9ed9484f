import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { amountLimits } from "./amounts.ts";
import { checkPolicy, leastOf, openPercent, shareOf, wholeOf } from "./policy.ts";

const amount = fc.integer({ min: 0, max: amountLimits.amountMax });
const percent = fc.integer({ min: 0, max: 100 });

test("shares are exact for every amount that there may be, and the whole of a share is the least that has it", () => {
  fc.assert(
    fc.property(amount, percent, (whole, each) => {
      const exact = (BigInt(whole) * BigInt(each)) / 100n;
      assert.equal(BigInt(shareOf(whole, each)), exact);
      const up = (BigInt(whole) * BigInt(each) + 99n) / 100n;
      assert.equal(leastOf(whole, each), Math.max(1, Number(up)));
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e13 }), fc.integer({ min: 1, max: 100 }), (share, each) => {
      const whole = wholeOf(share, each);
      assert.ok(shareOf(whole, each) >= share && shareOf(whole - 1, each) < share, `${whole}`);
    }),
  );
});

test("who names a reserve is refused what the others keep, and a tier ends at its share", () => {
  const policy = checkPolicy({ reserves: { emergency: 10, parallel: 15 }, tiers: { low: 60, high: 100 } });
  assert.equal(openPercent(policy, {}), 75);
  assert.equal(openPercent(policy, { reserve: "emergency" }), 85);
  assert.equal(openPercent(policy, { tier: "low" }), 60);
  assert.equal(openPercent(policy, { tier: "high", reserve: "parallel" }), 90);
});

test("a change leaves what it does not name", () => {
  const before = checkPolicy({ reserves: { emergency: 10 }, exhaustion: { kind: "queue", waitMs: 100 } });
  assert.deepEqual(checkPolicy({ tiers: { low: 5 } }, before), { ...before, tiers: { low: 5 } });
});

test("what no policy may be is refused by field", () => {
  for (const [wish, message] of [
    [{ reserves: { emergency: -1 } }, /reserves\/emergency is -1/],
    [{ reserves: { Emergency: 1 } }, /small letters/],
    [{ reserves: { a: 51, b: 50 } }, /101 percent/],
    [{ tiers: [] }, /tiers/],
    [{ exhaustion: { kind: "hope" } }, /fail, queue or degrade/],
    [{ exhaustion: { kind: "degrade", leastPercent: 0 } }, /leastPercent is 0/],
  ] as const)
    assert.throws(() => checkPolicy(wish as object), { code: "invalid-argument", message });
});
