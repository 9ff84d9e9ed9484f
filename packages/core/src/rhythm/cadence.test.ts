import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "@entrain/kernel";
import { cadenceErrorPpm } from "./cadence.ts";

const periodNs = 1e9;

/** Samples every 100 ms of a swarm whose period is `slope` times the commanded one, each misplaced by up to `noiseNs`. */
function samples(count: number, slope: number, noiseNs = 0) {
  const random = createRandom("cadence");
  return Array.from({ length: count }, (_, index) => {
    const atNs = 5e15 + index * 1e8;
    return { atNs: atNs + (random.next() - 0.5) * noiseNs, cycle: 4_711 + (index * 1e8) / (periodNs * slope) };
  });
}

test("the cadence is the slope of time over cycles, also long after the start", () => {
  for (const ppm of [-300, 0, 100])
    assert.ok(Math.abs((cadenceErrorPpm(samples(50, 1 + ppm / 1e6), periodNs)?.errorPpm ?? NaN) - ppm) < 0.5);
});

test("the standard error tells how far noise may have moved it", () => {
  const cadence = cadenceErrorPpm(samples(50, 1, 1e6), periodNs);
  assert.ok(cadence);
  assert.ok(cadence.standardErrorPpm > 10 && cadence.standardErrorPpm < 60);
  assert.ok(Math.abs(cadence.errorPpm) < 4 * cadence.standardErrorPpm);
});

test("fewer than three samples, or a count that stands still, have no cadence", () => {
  assert.equal(cadenceErrorPpm(samples(2, 1), periodNs), undefined);
  assert.equal(cadenceErrorPpm([], periodNs), undefined);
  const still = [0, 1, 2].map((index) => ({ atNs: index * 1e8, cycle: 7 }));
  assert.equal(cadenceErrorPpm(still, periodNs), undefined);
});
