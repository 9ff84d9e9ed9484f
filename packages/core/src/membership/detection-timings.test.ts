import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { updateIntervalNs } from "../rhythm/message-budget.ts";
import { detectionTimings, isProbeLate, probersQuorum } from "./detection-timings.ts";

test("patience grows with the prober's own loop delay, eightfold at most, and suspicions with the swarm as well", () => {
  const rows = [
    // loop delay, processes, probe after, probe, through others, suspicion
    [0, 1, 550, 200, 250, 300],
    [0, 10, 550, 200, 250, 300],
    [0, 100, 550, 200, 250, 600],
    [0, 1_000, 550, 200, 250, 900],
    [25, 5, 825, 300, 375, 450],
    [50, 5, 1_100, 400, 500, 600],
    [50, 100, 1_100, 400, 500, 1_200],
    [350, 5, 4_400, 1_600, 2_000, 2_400],
    [60_000, 5, 4_400, 1_600, 2_000, 2_400],
  ] as const;
  for (const [loopDelayMs, processes, probeAfterMs, probeTimeoutMs, indirectTimeoutMs, suspicionMs] of rows) {
    const { voteValidMs, ...timings } = detectionTimings({ loopDelayMs, processes });
    assert.deepEqual(timings, { probeAfterMs, probeTimeoutMs, indirectTimeoutMs, suspicionMs });
    assert.ok(voteValidMs > suspicionMs + probeTimeoutMs, "a vote is repeated before it is void");
  }
});

test("a well prober in a small swarm suspects a silent process within 1 s and votes within 1.3 s", () => {
  const { probeAfterMs, probeTimeoutMs, indirectTimeoutMs, suspicionMs } = detectionTimings({
    loopDelayMs: 0,
    processes: 5,
  });
  assert.equal(probeAfterMs + probeTimeoutMs + indirectTimeoutMs, 1_000);
  assert.equal(probeAfterMs + probeTimeoutMs + indirectTimeoutMs + suspicionMs, 1_300);
});

test("who speaks as often as a settled agent does is not probed", () => {
  assert.ok(detectionTimings({ loopDelayMs: 0, processes: 5 }).probeAfterMs > updateIntervalNs(200e6, true) / 1e6);
});

test("the last look fits into every suspicion", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.integer({ min: 1, max: 10_000 }),
      (delayMs, processes) => {
        const { probeTimeoutMs, suspicionMs } = detectionTimings({ loopDelayMs: delayMs, processes });
        assert.ok(suspicionMs > probeTimeoutMs);
      },
    ),
  );
});

test("no delay and no size makes a prober less patient", () => {
  const delay = fc.double({ min: 0, max: 1e6, noNaN: true });
  const count = fc.integer({ min: 1, max: 10_000 });
  fc.assert(
    fc.property(delay, delay, count, count, (one, other, few, many) => {
      const less = detectionTimings({ loopDelayMs: Math.min(one, other), processes: Math.min(few, many) });
      const more = detectionTimings({ loopDelayMs: Math.max(one, other), processes: Math.max(few, many) });
      for (const key of Object.keys(less) as (keyof typeof less)[]) assert.ok(less[key] <= more[key], key);
    }),
  );
});

test("a silence that lasted too long by the prober's own clock says nothing of the other", () => {
  assert.equal(isProbeLate(200, 200), false);
  assert.equal(isProbeLate(250, 200), false);
  assert.equal(isProbeLate(251, 200), true);
  assert.equal(isProbeLate(2_000, 1_600), false);
  assert.equal(isProbeLate(2_001, 1_600), true);
});

test("a burial takes more than half of the trusted probers, and two at least", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 8].map(probersQuorum), [2, 2, 2, 2, 3, 3, 5]);
});
