import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { advanceBucket, createBucket, grantBucket, takeFromBucket, waitMsOf } from "./bucket.ts";
import { wantedMilli } from "./demand.ts";

test("in no span of time is more taken than the rate gives, and one burst", () => {
  const step = fc.record({ passedMs: fc.integer({ min: 0, max: 300 }), units: fc.integer({ min: 1, max: 30 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), fc.integer({ min: 1, max: 200_000 }), (steps, milli) => {
      let bucket = grantBucket(createBucket(100), milli, 20_000, 0);
      let nowMs = 0;
      let taken = 0;
      let largest = 0;
      for (const { passedMs, units } of steps) {
        nowMs += passedMs;
        const after = takeFromBucket(bucket, units, nowMs);
        if (after === undefined) continue;
        bucket = after;
        taken += units;
        largest = Math.max(largest, units);
      }
      const filled = (Math.min(nowMs, 20_000) * milli) / 1e6;
      assert.ok(taken <= filled + largest + 1e-6, `${taken} taken, ${filled} filled`);
    }),
  );
});

test("a take that waits as long as it is told succeeds then, and not a ms earlier", () => {
  const bucket = grantBucket(createBucket(100), 50_000, 10_000, 0);
  assert.equal(takeFromBucket(bucket, 3, 0), undefined);
  const waitMs = waitMsOf(bucket, 3, 0)!;
  assert.ok(Math.abs(waitMs - 60) < 0.001);
  assert.equal(takeFromBucket(bucket, 3, 59), undefined);
  assert.ok(takeFromBucket(bucket, 3, 60) !== undefined);
});

test("nothing is taken after the end of the lease, and nothing fills meanwhile", () => {
  const bucket = grantBucket(createBucket(1_000), 10_000, 200, 0);
  assert.equal(takeFromBucket(bucket, 1, 200), undefined);
  assert.equal(waitMsOf(bucket, 1, 200), undefined);
  assert.equal(advanceBucket(bucket, 900).tokens, 2);
});

test("a bucket remembers its debt over a new grant", () => {
  const owing = takeFromBucket(advanceBucket(grantBucket(createBucket(100), 100_000, 10_000, 0), 100), 30, 100)!;
  assert.equal(grantBucket(owing, 10_000, 10_000, 100).tokens, -20);
});

test("a holder asks for what it is asked, with room to grow, and gives an old demand back step by step", () => {
  const demand = { askedUnits: 100, waitingUnits: 0, elapsedMs: 1_000, previousMilli: 1_000 };
  assert.equal(wantedMilli(demand, 1_000_000), 125_000);
  assert.equal(wantedMilli({ ...demand, waitingUnits: 40 }, 1_000_000), 165_000);
  assert.equal(wantedMilli({ ...demand, waitingUnits: 1, previousMilli: 200_000 }, 1_000_000), 400_000);
  assert.equal(wantedMilli({ ...demand, askedUnits: 0, previousMilli: 125_000 }, 1_000_000), 87_500);
  assert.equal(wantedMilli({ ...demand, askedUnits: 9_999 }, 1_000_000), 1_000_000);
  assert.equal(wantedMilli({ ...demand, previousMilli: 0 }, 1_000_000), 100_000);
});
