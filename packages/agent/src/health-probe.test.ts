import assert from "node:assert/strict";
import { test } from "node:test";
import type { Decision } from "@entrain/core/decision";
import { waitFor } from "@entrain/testkit/conformance";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createHealthProbe } from "./health-probe.ts";

function outcomeOf(incidentId: string, type: Decision["type"] = "ANOMALY_RESPONSE") {
  const decision: Decision = {
    ...{ decisionId: `d-${incidentId}`, incidentId, type, action: "throttle", confidence: 1, reasoning: "" },
    ...{ term: 0, contextVersion: 0, policyHash: "", inputHash: "", committedBy: "a", committedAtMs: 0 },
    input: { reading: {}, health: 1, safeMode: false, contextVersion: 0, policyHash: "" },
  };
  return { decision, source: "adopted" as const };
}

function openProbe() {
  const time = createVirtualTime();
  return { time, probe: createHealthProbe({ clock: time.clock, maxAgeMs: 100, reasonerFailureRate: () => 0 }) };
}

test("anomalies that an agent's own telemetry showed are its own risk, and are forgiven after five minutes", async () => {
  const { time, probe } = openProbe();
  for (const id of ["i-1", "i-2", "i-3", "i-3"]) probe.decided("a", outcomeOf(id), true);
  probe.decided("b", outcomeOf("i-4"), false);
  probe.decided("b", outcomeOf("i-5", "NORMAL"), true);
  probe.decided("b", outcomeOf("i-6", "SAFE_MODE"), true);
  probe.decided("b", outcomeOf("i-7", "RESOURCE_OPTIMIZATION"), true);
  assert.ok(Math.abs(probe.risk("a") - 0.3) < 1e-9);
  assert.equal(probe.risk("b"), 0);
  await time.advance(300_001);
  assert.equal(probe.risk("a"), 0);
});

test("safe actions taken alone weigh on health and risk of all in the process, for a minute", async () => {
  const { time, probe } = openProbe();
  probe.decided("a", { ...outcomeOf("i-1", "NORMAL"), source: "safe-alone" }, true);
  await time.advance(100);
  assert.deepEqual([probe.score(), probe.risk("b")], [0, 1]);
  await time.advance(60_000);
  assert.equal(probe.risk("b"), 0);
  assert.ok(probe.score() >= 0.6, "what is left is the load of this machine");
});

test("the load rises while the event loop is busy, and falls while it waits", async () => {
  const { probe } = openProbe();
  let load = probe.load();
  const untilMs = performance.now() + 5_000;
  while (load < 0.6 && performance.now() < untilMs) {
    const busyUntilMs = performance.now() + 2;
    while (performance.now() < busyUntilMs);
    load = probe.load();
  }
  assert.ok(load >= 0.6 && load <= 1, `busy all the time, and ${load}`);
  await waitFor("the load to fall", () => probe.load() < 0.3);
});
