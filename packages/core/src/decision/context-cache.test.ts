import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createContextCache, type ContextCache } from "./context-cache.ts";
import type { GlobalSnapshot } from "./global-context.ts";

const timings = { maxAgeMs: 100, idleAfterMs: 60_000 };
const snapshot = (contextVersion: number): GlobalSnapshot => ({
  leader: undefined,
  health: 1,
  alive: 1,
  missing: 0,
  voters: 1,
  votersDead: 0,
  contextVersion,
  generation: 1,
  recentDecisions: [],
});

/** One read at `atMs` that takes `roundTripMs`. */
function readOnce(cache: ContextCache, atMs: number, roundTripMs: number, version = 1): void {
  cache.sent(atMs);
  cache.answered(atMs, atMs + roundTripMs, snapshot(version));
}

/** Runs the cache on a 1 ms raster with uses every `everyMs`; returns its hit rate and reads per second. */
function simulate(everyMs: number, forMs: number, roundTrip: (read: number) => number) {
  const cache = createContextCache(timings);
  const answers: { readonly sentMs: number; readonly dueMs: number }[] = [];
  let hits = 0;
  let uses = 0;
  let reads = 0;
  for (let nowMs = 0; nowMs < forMs; nowMs++) {
    for (const answer of answers.filter(({ dueMs }) => dueMs === nowMs)) {
      cache.answered(answer.sentMs, nowMs, snapshot(1));
    }
    if (Math.floor(nowMs / everyMs) !== Math.floor((nowMs - 1) / everyMs)) {
      uses += 1;
      if (cache.read(nowMs).kind === "hit") hits += 1;
    }
    const sendMs = cache.nextSendMs(nowMs);
    if (sendMs === undefined || sendMs > nowMs) continue;
    cache.sent(nowMs);
    answers.push({ sentMs: nowMs, dueMs: nowMs + Math.max(1, Math.round(roundTrip(reads))) });
    reads += 1;
  }
  return { hitRate: hits / uses, readsPerSecond: (reads * 1_000) / forMs };
}

test("a context of exactly the oldest age is a hit, an older one is a miss that shows what there is", () => {
  const cache = createContextCache(timings);
  readOnce(cache, 1_000, 10);
  assert.equal(cache.read(1_100).kind, "hit");
  const miss = cache.read(1_101);
  assert.equal(miss.kind === "miss" && miss.stale?.sentMs, 1_000);
});

test("age counts from the sending of the read, not from its answer", () => {
  const cache = createContextCache(timings);
  readOnce(cache, 0, 90);
  assert.equal(cache.read(101).kind, "miss");
});

test("an older answer never replaces a younger one", () => {
  const cache = createContextCache(timings);
  cache.sent(0);
  cache.sent(20);
  cache.answered(20, 30, snapshot(2));
  cache.answered(0, 40, snapshot(1));
  assert.equal(cache.latest()?.snapshot.contextVersion, 2);
});

test("a cache that nobody has used does not read, one that is used reads at once", () => {
  const cache = createContextCache(timings);
  assert.equal(cache.nextSendMs(0), undefined);
  assert.equal(cache.read(5).kind, "miss");
  assert.ok((cache.nextSendMs(5) ?? Infinity) <= 5);
});

test("60 s after its last use the cache sleeps, and the next use is a miss that wakes it", () => {
  const cache = createContextCache(timings);
  cache.read(0);
  readOnce(cache, 0, 1);
  assert.notEqual(cache.nextSendMs(60_000), undefined);
  assert.equal(cache.nextSendMs(60_001), undefined);
  assert.equal(cache.read(70_000).kind, "miss");
  assert.ok((cache.nextSendMs(70_000) ?? Infinity) <= 70_000);
});

test("more than 90 % of uses hit at any rate from 1 to 1,000 a second, also over a WAN", () => {
  for (const perSecond of [1, 10, 20, 100, 1_000]) {
    for (const roundTripMs of [1, 25, 60, 90]) {
      const { hitRate } = simulate(1_000 / perSecond, 30_000, () => roundTripMs);
      assert.ok(hitRate > 0.9, `${perSecond}/s at ${roundTripMs} ms: ${hitRate}`);
    }
  }
});

test("keeping the context fresh costs about 15 reads a second, whatever the rate of its use", () => {
  for (const perSecond of [1, 1_000]) {
    const { readsPerSecond } = simulate(1_000 / perSecond, 30_000, () => 1);
    assert.ok(readsPerSecond > 10 && readsPerSecond < 16, String(readsPerSecond));
  }
});

test("a store that is slower than the oldest age is not asked more often for it", () => {
  const { readsPerSecond } = simulate(10, 30_000, () => 150);
  assert.ok(readsPerSecond < 12, String(readsPerSecond));
});

test("one slow round trip among fast ones costs few hits", () => {
  const { hitRate } = simulate(10, 30_000, (read) => (read % 50 === 49 ? 200 : 2));
  assert.ok(hitRate > 0.9, String(hitRate));
});

test("after failures reads pause longer and longer, at most 1.5 s, and an answer ends that", () => {
  const cache = createContextCache(timings);
  cache.read(0);
  const pauses = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5].map((jitter) => {
    cache.sent(0);
    cache.failed(jitter);
    return cache.nextSendMs(0);
  });
  assert.deepEqual(pauses, [50, 100, 200, 400, 800, 1_000, 1_000]);
  readOnce(cache, 0, 1);
  assert.equal(cache.nextSendMs(0), 69);
});

test("at most twelve reads are under way, however slow the store", () => {
  const durations = fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(durations, (roundTrips) => {
      const cache = createContextCache(timings);
      const due: number[] = [];
      for (let nowMs = 0; nowMs < 3_000; nowMs++) {
        for (const _ of due.filter((dueMs) => dueMs === nowMs)) cache.answered(nowMs - 1, nowMs, snapshot(1));
        cache.read(nowMs);
        if ((cache.nextSendMs(nowMs) ?? Infinity) > nowMs) continue;
        cache.sent(nowMs);
        due.push(nowMs + (roundTrips[due.length % roundTrips.length] ?? 1));
        assert.ok(due.filter((dueMs) => dueMs > nowMs).length <= 12);
      }
    }),
    { numRuns: 50 },
  );
});
