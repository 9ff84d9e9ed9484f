import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createAnomalyWindow } from "./anomaly-window.ts";
import { agentRisk, swarmRisk, type RiskSignals } from "./risk.ts";

const well: RiskSignals = { errorRate: 0, reasonerFailureRate: 0, loopDelayMs: 0, anomalies: 0 };

test("each signal alone, and two together, come to the risk that the table says", () => {
  const table: readonly (readonly [Partial<RiskSignals>, number])[] = [
    [{}, 0],
    [{ errorRate: 0.3 }, 0.3],
    [{ reasonerFailureRate: 1 }, 1],
    [{ loopDelayMs: 250 }, 0.2],
    [{ loopDelayMs: 60_000 }, 0.4],
    [{ anomalies: 3 }, 0.3],
    [{ anomalies: 99 }, 1],
    [{ errorRate: 0.5, anomalies: 5 }, 0.75],
  ];
  for (const [given, risk] of table)
    assert.ok(Math.abs(agentRisk({ ...well, ...given }) - risk) < 1e-9, JSON.stringify(given));
});

test("the risk stays within 0 and 1, and nothing that gets worse lowers it", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const signals = fc.record<RiskSignals>({
    errorRate: share,
    reasonerFailureRate: share,
    loopDelayMs: fc.double({ min: 0, max: 10_000, noNaN: true }),
    anomalies: fc.nat(30),
  });
  fc.assert(
    fc.property(signals, signals, (a, b) => {
      const worse = {
        errorRate: Math.max(a.errorRate, b.errorRate),
        reasonerFailureRate: Math.max(a.reasonerFailureRate, b.reasonerFailureRate),
        loopDelayMs: Math.max(a.loopDelayMs, b.loopDelayMs),
        anomalies: Math.max(a.anomalies, b.anomalies),
      };
      assert.ok(agentRisk(a) >= 0 && agentRisk(a) <= 1);
      assert.ok(agentRisk(worse) >= agentRisk(a));
    }),
  );
});

test("the swarm's risk is the mean; of nobody it is unknown", () => {
  assert.equal(swarmRisk([]), undefined);
  assert.equal(swarmRisk([0, 0.5, 1]), 0.5);
});

test("an incident counts once however often it is met, and no longer than the window", () => {
  const window = createAnomalyWindow(3, 1_000);
  for (const atMs of [0, 10, 20]) window.record(atMs, "i-1");
  window.record(500, "i-2");
  assert.equal(window.count(1_020), 2);
  assert.equal(window.count(1_021), 1);
  window.record(1_400, "i-2");
  assert.equal(window.count(2_400), 1, "met again, it is counted from there");
  for (const id of ["a", "b", "c", "d"]) window.record(2_400, id);
  assert.equal(window.count(2_400), 3);
});
