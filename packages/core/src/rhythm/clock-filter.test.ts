import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "@entrain/kernel";
import fc from "fast-check";
import { createClockFilter } from "./clock-filter.ts";
import { medianOf } from "./order-parameter.ts";

test("a symmetric exchange gives the exact offset", () => {
  const filter = createClockFilter();
  filter.add({ t1: 1_000, t2: 51_500, t3: 51_700, t4: 2_200 });
  assert.equal(filter.offsetNs(), 50_000);
});

test("RFC 5905: the exchange with the least round trip is believed to half of it", () => {
  const filter = createClockFilter();
  filter.add({ t1: 0, t2: 5_000, t3: 5_000, t4: 10_000 });
  filter.add({ t1: 20_000, t2: 20_100, t3: 20_100, t4: 20_200 });
  filter.add({ t1: 40_000, t2: 48_000, t3: 48_000, t4: 49_000 });
  assert.ok(Math.abs(filter.offsetNs() ?? NaN) <= 100);
});

test("an exchange that runs backwards is ignored", () => {
  const filter = createClockFilter();
  filter.add({ t1: 100, t2: 50, t3: 40, t4: 200 });
  filter.add({ t1: 100, t2: 50, t3: 50, t4: 90 });
  assert.equal(filter.offsetNs(), undefined);
});

test("what lies further back than the depth is forgotten", () => {
  const filter = createClockFilter(2);
  filter.add({ t1: 0, t2: 1e6, t3: 1e6, t4: 0 });
  filter.add({ t1: 0, t2: 10, t3: 10, t4: 4 });
  filter.add({ t1: 0, t2: 10, t3: 10, t4: 4 });
  assert.equal(filter.offsetNs(), 8);
});

test("the error of the offset is never more than the least round trip", () => {
  const delays = fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(1_000_000)), { minLength: 1, maxLength: 16 });
  fc.assert(
    fc.property(delays, fc.integer({ min: -1e9, max: 1e9 }), (exchanges, offset) => {
      const filter = createClockFilter();
      for (const [there, back] of exchanges) {
        filter.add({ t1: 0, t2: there + offset, t3: there + offset, t4: there + back });
      }
      const leastNs = Math.min(...exchanges.map(([there, back]) => there + back));
      // Younger by up to 2 ms, an exchange may be preferred to one that was faster by 6 µs.
      assert.ok(Math.abs((filter.offsetNs() ?? NaN) - offset) <= leastNs + 12_000);
    }),
  );
});

test("many exchanges together are nearer to the truth than most of them", () => {
  const random = createRandom("filter");
  const errors = Array.from({ length: 200 }, () => {
    const filter = createClockFilter();
    const single: number[] = [];
    for (let at = 0; at < 16; at++) {
      const there = 1e6 + random.next() * 2e6;
      const back = 1e6 + random.next() * 2e6;
      filter.add({ t1: at * 1e7, t2: at * 1e7 + there, t3: at * 1e7 + there, t4: at * 1e7 + there + back });
      single.push(Math.abs(there - back) / 2);
    }
    const nearer = single.filter((error) => error < Math.abs(filter.offsetNs() ?? NaN)).length;
    return nearer / single.length;
  });
  assert.ok((medianOf(errors) ?? 1) < 0.25, `${medianOf(errors)} of the exchanges were nearer`);
});

test("a fast exchange of long ago gives way to a slower one that the drift has not reached", () => {
  const filter = createClockFilter();
  filter.add({ t1: 0, t2: 1e5, t3: 1e5, t4: 2e5 });
  // Ten seconds later the peer's clock, 200 ppm fast, is 2 ms ahead.
  filter.add({ t1: 1e10, t2: 1e10 + 2e6 + 1e6, t3: 1e10 + 2e6 + 1e6, t4: 1e10 + 2e6 });
  assert.ok(Math.abs((filter.offsetNs() ?? 0) - 2e6) < 1e4, `${filter.offsetNs()}`);
});
