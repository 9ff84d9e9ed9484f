import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { Registry } from "prom-client";
import type { RuntimeEvent } from "@entrain/ports";
import { createMetrics } from "./metrics.ts";
import { collectProcessMetrics } from "./process-metrics.ts";
import { sampleEvents } from "./sample-events.ts";

type Point = { readonly name: string; readonly text: string };

/** Every metric with its values as text. */
async function points(registry: Registry): Promise<Point[]> {
  const names = registry.getMetricsAsArray().map(({ name }) => name);
  return Promise.all(names.map(async (name) => ({ name, text: await registry.getSingleMetricAsString(name) })));
}

function recording(events: readonly RuntimeEvent[], registry = new Registry()): Registry {
  const { record } = createMetrics(registry);
  for (const event of events) record(event);
  return registry;
}

/** The value of the series that reads exactly `series`. */
async function valueOf(registry: Registry, series: string): Promise<number | undefined> {
  const line = (await registry.metrics()).split("\n").find((text) => text.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

test("every metric is moved by some event", async () => {
  const registry = recording([]);
  const { record } = createMetrics(registry);
  const moved = new Set<string>();
  for (const event of sampleEvents) {
    const before = await points(registry);
    record(event);
    for (const [index, after] of (await points(registry)).entries())
      if (after.text !== before[index]?.text) moved.add(after.name);
  }
  const idle = registry.getMetricsAsArray().map(({ name }) => name);
  assert.deepEqual(
    idle.filter((name) => !moved.has(name)),
    [],
  );
});

test("every event moves some metric", async () => {
  const registry = recording([]);
  const { record } = createMetrics(registry);
  for (const event of sampleEvents) {
    const before = await registry.metrics();
    record(event);
    assert.notEqual(await registry.metrics(), before, event.kind);
  }
});

test("promtool finds nothing to object to", async (t) => {
  const registry = recording(sampleEvents);
  collectProcessMetrics(registry);
  const text = await registry.metrics();
  const answer = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
  if (answer.error !== undefined) {
    t.skip("promtool is not installed");
    return;
  }
  assert.equal(answer.stderr + answer.stdout, "");
  assert.equal(answer.status, 0);
});

test("names have the prefix and the unit, counters end in _total", () => {
  for (const { name, type, help } of recording([]).getMetricsAsArray()) {
    assert.match(name, /^entrain_[a-z_]+$/);
    assert.notEqual(help, "");
    assert.equal(name.endsWith("_total"), String(type) === "counter", name);
    if (String(type) === "histogram") assert.match(name, /_(seconds|ratio)$/);
  }
});

test("milliseconds become seconds and skipped numbers are counted one by one", async () => {
  const registry = recording([
    { kind: "beat.fired", agentId: "a", goalVersion: 1, beat: 1, latenessMs: 250 },
    { kind: "beat.skipped", agentId: "a", goalVersion: 1, fromBeat: 2, toBeat: 4 },
    { kind: "heartbeat", ok: true, roundTripMs: 2, beats: [{ agentId: "a", incarnation: 1, health: 0.9, risk: 0.2 }] },
    { kind: "heartbeat", ok: false, roundTripMs: 400, beats: [] },
  ]);
  assert.equal(await valueOf(registry, "entrain_beat_lateness_seconds_sum"), 0.25);
  assert.equal(await valueOf(registry, 'entrain_beats_skipped_total{agent_id="a"}'), 3);
  assert.equal(await valueOf(registry, "entrain_heartbeat_round_trip_seconds_sum"), 0.002);
  assert.equal(await valueOf(registry, 'entrain_heartbeats_total{outcome="failed"}'), 1);
  assert.equal(await valueOf(registry, 'entrain_agent_health_ratio{agent_id="a"}'), 0.9);
  assert.equal(await valueOf(registry, 'entrain_agent_risk_ratio{agent_id="a"}'), 0.2);
});

test("a running total of dropped acts is counted once, also after another recorder began at 0", async () => {
  const unrecorded = (dropped: number): RuntimeEvent => ({ kind: "acts.unrecorded", pending: 1, dropped, message: "" });
  const registry = recording([unrecorded(0), unrecorded(5), unrecorded(5), unrecorded(7), unrecorded(2)]);
  assert.equal(await valueOf(registry, "entrain_acts_dropped_total"), 9);
  assert.equal(await valueOf(registry, "entrain_act_recording_failures_total"), 5);
});

test("a gauge says nothing before it was told, and a counter says 0", async () => {
  const registry = recording([]);
  assert.equal(await valueOf(registry, "entrain_store_up"), undefined);
  assert.equal(await valueOf(registry, "entrain_elections_won_total"), 0);
  recording([{ kind: "store.changed", up: false, generation: 1 }], registry);
  assert.equal(await valueOf(registry, "entrain_store_up"), 0);
});

test("an agent that stopped leaves no series behind", async () => {
  const registry = recording([
    { kind: "agent.started", agentId: "gone", incarnation: 1 },
    { kind: "agent.started", agentId: "here", incarnation: 1 },
    { kind: "beat.fired", agentId: "gone", goalVersion: 1, beat: 1, latenessMs: 0 },
    { kind: "leader.elected", agentId: "gone", term: 5 },
    { kind: "agent.stopped", agentId: "gone", incarnation: 1, drained: false },
  ]);
  assert.doesNotMatch(await registry.metrics(), /gone/);
  assert.equal(await valueOf(registry, "entrain_agents_hosted"), 1);
  assert.equal(await valueOf(registry, 'entrain_leadership_held{agent_id="here"}'), 0);
  assert.equal(await valueOf(registry, 'entrain_agent_stops_total{drained="false"}'), 1);
});

test("texts of unknown variety are bounded and no incident becomes a label", async () => {
  const events = Array.from({ length: 500 }, (_, index): RuntimeEvent => ({
    kind: "telemetry.refused",
    source: `source ${index}`,
    message: "",
  }));
  const registry = recording([...events, ...sampleEvents]);
  const text = await registry.metrics();
  assert.equal(text.match(/^entrain_telemetry_refused_total\{/gm)?.length, 33);
  assert.equal(await valueOf(registry, 'entrain_telemetry_refused_total{source="other"}'), 500 - 32 + 1);
  assert.doesNotMatch(text, /i-1|d-1/);
});

test("names of watches that share a label show the slowest of them, and a label that nobody has any more shows nothing late", async () => {
  const sampled = (named: readonly (readonly [string, number])[]): RuntimeEvent => ({
    kind: "watches.sampled",
    ...{ open: named.length, waiting: 0, behindMax: 0, told: named.length },
    byName: named.map(([name, behind]) => {
      return { name, open: 1, waiting: 0, behind, behindMs: behind * 1_000, told: 1, coalesced: 0 };
    }),
  });
  const registry = new Registry();
  const known = Array.from({ length: 32 }, (_, index) => [`name ${index}`, 0] as const);
  const lags = async (watch: string) => [
    await valueOf(registry, `entrain_context_watch_lag_versions{watch="${watch}"}`),
    await valueOf(registry, `entrain_context_watch_lag_seconds{watch="${watch}"}`),
  ];
  const { record } = createMetrics(registry);
  record(sampled(known));
  record(
    sampled([
      ["name 0", 4],
      ["late", 9],
      ["later", 2],
    ]),
  );
  assert.deepEqual(
    [await lags("other"), await lags("name 0")],
    [
      [9, 9],
      [4, 4],
    ],
  );
  assert.equal(await valueOf(registry, 'entrain_context_watch_named_news_total{watch="other"}'), 2);
  record(sampled([["name 1", 3]]));
  assert.deepEqual(
    [await lags("other"), await lags("name 0"), await lags("name 1")],
    [
      [0, 0],
      [0, 0],
      [3, 3],
    ],
  );
});

test("a session that ends without a score has taken its time all the same, and one that goes on has not ended", async () => {
  const session = { kind: "session.changed", sessionId: "s-1", pattern: "pipeline", score: null, cause: "" } as const;
  const registry = recording([
    { ...session, state: "executing", tookMs: 100 },
    { ...session, state: "failed", tookMs: 1_500 },
    { ...session, state: "cancelled", tookMs: 500 },
  ]);
  const took = (state: string) =>
    valueOf(registry, `entrain_session_duration_seconds_sum{pattern="pipeline",state="${state}"}`);
  assert.deepEqual([await took("failed"), await took("cancelled")], [1.5, 0.5]);
  assert.doesNotMatch(await registry.metrics(), /duration_seconds_sum\{[^}]*executing/);
});

test("the same registry gives the same metrics, another one its own, a cleared one new ones", async () => {
  const registry = new Registry();
  const first = createMetrics(registry);
  assert.equal(createMetrics(registry), first);
  assert.notEqual(createMetrics(new Registry()), first);
  registry.clear();
  recording([{ kind: "context.resynced", fromVersion: 0, version: 8 }], registry);
  assert.equal(await valueOf(registry, "entrain_context_version"), 8);
});
