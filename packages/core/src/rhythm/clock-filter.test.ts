import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createClockFilter } from "./clock-filter.ts";

test("a symmetric exchange gives the exact offset and round trip", () => {
  const filter = createClockFilter();
  filter.add({ t1: 1_000, t2: 51_500, t3: 51_700, t4: 2_200 });
  assert.equal(filter.offsetNs(), 50_000);
  assert.equal(filter.roundTripNs(), 1_000);
});

test("RFC 5905: the exchange with the least round trip is believed", () => {
  const filter = createClockFilter();
  filter.add({ t1: 0, t2: 5_000, t3: 5_000, t4: 10_000 });
  filter.add({ t1: 20_000, t2: 20_100, t3: 20_100, t4: 20_200 });
  filter.add({ t1: 40_000, t2: 48_000, t3: 48_000, t4: 49_000 });
  assert.equal(filter.offsetNs(), 0);
  assert.equal(filter.roundTripNs(), 200);
});

test("an exchange that runs backwards is ignored", () => {
  const filter = createClockFilter();
  filter.add({ t1: 100, t2: 50, t3: 40, t4: 200 });
  filter.add({ t1: 100, t2: 50, t3: 50, t4: 90 });
  assert.equal(filter.offsetNs(), undefined);
});

test("what lies further back than the depth is forgotten", () => {
  const filter = createClockFilter(2);
  filter.add({ t1: 0, t2: 0, t3: 0, t4: 0 });
  filter.add({ t1: 0, t2: 10, t3: 10, t4: 4 });
  filter.add({ t1: 0, t2: 10, t3: 10, t4: 6 });
  assert.equal(filter.roundTripNs(), 4);
});

test("the error of the offset is never more than half the least round trip", () => {
  const delays = fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(1_000_000)), { minLength: 1, maxLength: 16 });
  fc.assert(
    fc.property(delays, fc.integer({ min: -1e9, max: 1e9 }), (exchanges, offset) => {
      const filter = createClockFilter();
      for (const [index, [there, back]] of exchanges.entries()) {
        const t1 = index * 1e7;
        filter.add({ t1, t2: t1 + there + offset, t3: t1 + there + offset, t4: t1 + there + back });
      }
      assert.ok(Math.abs((filter.offsetNs() ?? NaN) - offset) <= (filter.roundTripNs() ?? 0) / 2 + 1e-6);
    }),
  );
});

test("a fast exchange of long ago gives way to a slower one that the drift has not reached", () => {
  const filter = createClockFilter();
  filter.add({ t1: 0, t2: 1e6, t3: 1e6, t4: 2e6 });
  filter.add({ t1: 1e9, t2: 1e9 + 1.1e6, t3: 1e9 + 1.1e6, t4: 1e9 + 2.4e6 });
  assert.equal(filter.roundTripNs(), 2.4e6);
});
