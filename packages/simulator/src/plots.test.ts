import assert from "node:assert/strict";
import { test } from "node:test";
import { coherencePlot, gapHistogramPlot, phaseCirclePlot } from "./plots.ts";

const even = Array.from({ length: 10 }, (_, rank) => (rank * Math.PI) / 5);

test("an even spread is one bar at 1, and everybody together is all gaps but one at 0", () => {
  const bars = (phases: readonly number[]): number[] =>
    [...gapHistogramPlot(phases, "gaps").matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="14.5" height="([\d.]+)"/g)]
      .map(([, x, tall]) => ({ x: Number(x), tall: Number(tall) }))
      .filter(({ tall }) => tall > 0)
      .map(({ x }) => Math.round(((x - 70) / 620) * 40));
  assert.equal(bars(even.map((phase) => phase + 0.01)).length <= 2, true);
  assert.deepEqual(bars(new Array<number>(10).fill(1)), [0, 39]);
});

test("every agent is a dot on the circle, the one that beats at its top", () => {
  const plot = phaseCirclePlot([0, Math.PI / 2], "phases");
  const dots = [...plot.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="4"/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);
  assert.deepEqual(dots, [
    [360, 65],
    [510, 215],
  ]);
});

test("a curve begins and ends where the run does, and titles are escaped", () => {
  const order = { value: 1, holds: true, deviation: 0 };
  const samples = Array.from({ length: 5_000 }, (_, index) => ({
    atMs: index * 10,
    agents: 3,
    coherence: index / 4_999,
    maxGapRatio: 1,
    apartMs: 0,
    order,
    parts: [],
  }));
  const plot = coherencePlot(samples, "R < 1 & rising");
  const points = /points="([^"]+)"/.exec(plot)?.[1]?.split(" ") ?? [];
  assert.equal(points[0], "70,330");
  assert.equal(points.at(-1), "690,50");
  assert.ok(points.length <= 1_300);
  assert.ok(plot.includes("<title>R &lt; 1 &amp; rising</title>"));
});
