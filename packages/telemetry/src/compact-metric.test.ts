/** Metrics of our own in a registry: shown as prom-client shows its own, whatever is done with them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { createMetricMaker } from "./metric-maker.ts";

const buckets = [0.1, 0.5, 2];
const label = fc.constantFrom("a", "b", "c", "d", "e", "f", 'quo"te', "back\\slash", "line\nbreak");
const labels = fc.record({ kind: label, of: fc.constantFrom("x", "y") });
const amount = fc.double({ min: 0, max: 1e6, noNaN: true });
const value = fc.oneof(fc.double({ noDefaultInfinity: true }), fc.constant(Number.NaN));
const observed = fc.oneof(fc.constantFrom(...buckets), fc.double({ min: -10, max: 10, noNaN: true }));
const names = ["kind", "of"] as const;

/** Metrics that are handled alike, ours and prom-client's. */
function both() {
  const [own, theirs] = [new Registry(), new Registry()];
  const make = createMetricMaker(own);
  const registers = [theirs];
  const told = () => {
    const gauge = new Gauge({ name: "told", help: "h", registers });
    gauge.remove();
    return gauge;
  };
  return {
    own,
    theirs,
    counters: [make.counter("counted_total", "h"), new Counter({ name: "counted_total", help: "h", registers })],
    labelled: [
      make.counter("kinds_total", "h", names),
      new Counter({ name: "kinds_total", help: "h", labelNames: names, registers }),
    ],
    gauges: [make.gauge("told", "h"), told()],
    labelledGauges: [
      make.gauge("kinds_now", "h", names),
      new Gauge({ name: "kinds_now", help: "h", labelNames: names, registers }),
    ],
    histograms: [
      make.histogram("took_seconds", "h", buckets),
      new Histogram({ name: "took_seconds", help: "h", buckets, registers }),
    ],
    labelledHistograms: [
      make.histogram("kinds_seconds", "h", buckets, names),
      new Histogram({ name: "kinds_seconds", help: "h", buckets, labelNames: names, registers }),
    ],
  } as const;
}

type Both = ReturnType<typeof both>;

const step: fc.Arbitrary<(on: Both) => void> = fc.oneof(
  amount.map((by) => (on: Both) => {
    for (const metric of on.counters) metric.inc(by);
  }),
  fc.tuple(labels, amount).map(([at, by]) => (on: Both) => {
    for (const metric of on.labelled) metric.inc({ ...at }, by);
  }),
  labels.map(({ kind, of }) => (on: Both) => {
    for (const metric of on.labelled) metric.remove(kind, of);
  }),
  value.map((to) => (on: Both) => {
    for (const metric of on.gauges) metric.set(to);
  }),
  fc.tuple(labels, value).map(([at, to]) => (on: Both) => {
    for (const metric of on.labelledGauges) metric.set({ ...at }, to);
  }),
  observed.map((seen) => (on: Both) => {
    for (const metric of on.histograms) metric.observe(seen);
  }),
  fc.tuple(labels, observed).map(([at, seen]) => (on: Both) => {
    for (const metric of on.labelledHistograms) metric.observe({ ...at }, seen);
  }),
);

/** The text with the labels of each line in one order. */
function sorted(text: string): string {
  return text.replaceAll(/\{(.*)\}/g, (_, inner: string) => `{${inner.split(",").toSorted().join(",")}}`);
}

test("whatever is counted, told, observed and removed, they are shown as prom-client shows its own", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const on = both();
      for (const take of steps) take(on);
      assert.equal(await on.own.metrics(), await on.theirs.metrics());
    }),
  );
});

test("as JSON, with labels of the registry and in its OpenMetrics they are the same too", async () => {
  const on = both();
  for (const metric of on.labelled) metric.inc({ kind: "a", of: "x" }, 2);
  for (const metric of on.labelledHistograms) metric.observe({ kind: "a", of: "x" }, 0.3);
  const ofOwn = await on.own.getMetricsAsJSON();
  const ofTheirs = await on.theirs.getMetricsAsJSON();
  const bare = (family: (typeof ofOwn)[number]) => ({
    name: family.name,
    type: family.type,
    values: family.values.length,
  });
  assert.deepEqual(ofOwn.map(bare), ofTheirs.map(bare));
  for (const registry of [on.own, on.theirs]) {
    registry.setDefaultLabels({ host: "h-1" });
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  }
  assert.equal(sorted(await on.own.metrics()), sorted(await on.theirs.metrics()));
});

test("a registry that is reset begins anew", async () => {
  const on = both();
  const before = await on.own.metrics();
  for (const [own] of [on.counters, on.histograms]) if ("inc" in own) own.inc(3);
  on.labelledGauges[0].set({ kind: "a", of: "x" }, 1);
  assert.notEqual(await on.own.metrics(), before);
  on.own.resetMetrics();
  assert.equal(await on.own.metrics(), before);
});

test("no amount and no number is refused by the metric's name, and a name is given once", () => {
  const make = createMetricMaker(new Registry());
  const counter = make.counter("counted_total", "h");
  const histogram = make.histogram("took_seconds", "h", buckets);
  for (const by of [-1, Number.NaN, Infinity])
    assert.throws(() => counter.inc(by), { code: "invalid-argument", field: "counted_total" });
  assert.throws(() => histogram.observe(Number.NaN), { code: "invalid-argument", field: "took_seconds" });
  assert.throws(() => make.gauge("counted_total", "h"), /already been registered/);
});
