import assert from "node:assert/strict";
import { test } from "node:test";
import { createActWindow } from "./act-window.ts";

test("before the first act nothing is known", () => {
  assert.deepEqual(createActWindow().figures(), {
    cacheHitRate: null,
    fallbackRate: null,
    latencyMs: { p50: null, p95: null, p99: null },
  });
});

test("quantiles and hit rate are those of the newest acts only", () => {
  const window = createActWindow(100);
  for (let index = 0; index < 50; index++) window.add({ latencyMs: 10_000, contextHit: false, alone: true });
  assert.equal(window.figures().cacheHitRate, 0);
  for (let latencyMs = 0; latencyMs < 100; latencyMs++) {
    const hit = latencyMs % 4 !== 0;
    window.add({ latencyMs, contextHit: hit, alone: latencyMs < 10 });
  }
  const { cacheHitRate, fallbackRate, latencyMs } = window.figures();
  assert.deepEqual([cacheHitRate, fallbackRate], [0.75, 0.1]);
  assert.equal(latencyMs.p50, 49.5);
  assert.ok(Math.abs((latencyMs.p95 ?? 0) - 94.05) < 1e-9);
  assert.ok(Math.abs((latencyMs.p99 ?? 0) - 98.01) < 1e-9);
});
