/**
 * The plan of the cached global context: one per process, at most `maxAgeMs` old, read anew ahead of its expiry while
 * somebody uses it, so that slow callers hit as well. (A cache that reads only when asked cannot hit more often than
 * 1 − 1/(rate · ttl): at 10 uses a second and 100 ms that is never.) Age counts from the *sending* of the read: the store
 * looked no earlier than that.
 *
 * Reads may overlap, so that a round trip longer than the pause between reads still leaves the cache fresh on arrival;
 * an older answer never replaces a younger one. After a failure reads pause longer and longer, with jitter, so that a
 * store that comes back is not met by all processes at once.
 */
import type { GlobalSnapshot, TimedSnapshot } from "./global-context.ts";

/** A served read: `hit` without waiting and young enough; otherwise what there is, if anything, is stale. */
export type CacheRead =
  | { readonly kind: "hit"; readonly timed: TimedSnapshot }
  | { readonly kind: "miss"; readonly stale: TimedSnapshot | undefined };

/** The cache's plan and content; all instants are monotonic ms. Each `sent` is followed by one `answered` or `failed`. */
export interface ContextCache {
  /** Somebody wants the context now: serves it and keeps the cache awake. */
  read(nowMs: number): CacheRead;
  /** When the next read of the store is to be sent; undefined while nobody uses the cache, or too many are under way. */
  nextSendMs(nowMs: number): number | undefined;
  /** A read was sent. */
  sent(nowMs: number): void;
  /** The read that was sent at `sentMs` was answered; an older answer never replaces a younger one. */
  answered(sentMs: number, nowMs: number, snapshot: GlobalSnapshot): void;
  /** The read that was sent failed; `jitter` is uniform in [0, 1). */
  failed(jitter: number): void;
  /** The youngest snapshot, however old. */
  latest(): TimedSnapshot | undefined;
}

/** Settings of the cache, ms. */
export interface ContextCacheTimings {
  /** Oldest age that is served as fresh (default 100). */
  readonly maxAgeMs: number;
  /** After this long without a use the cache stops reading; the next use is a miss (default 60,000). */
  readonly idleAfterMs: number;
}

/** Room for timers that come late and a round trip that is slower than the last ones, ms. */
const slackMs = 30;
/** Shortest pause between two reads, ms: with slow round trips reads overlap. */
const pauseMinMs = 10;
/** Reads under way at once: enough for the oldest age in shortest pauses, and two more. */
const underWayMax = 12;
/** How much of the slowest round trip is remembered from answer to answer. */
const roundTripMemory = 0.9;
/** Pause after the first failure and at most, ms, before jitter of ±50 %. */
const backOffMs = { first: 50, max: 1_000 };

/** An empty, sleeping cache. */
export function createContextCache(timings: ContextCacheTimings): ContextCache {
  const { maxAgeMs, idleAfterMs } = timings;
  let timed: TimedSnapshot | undefined;
  let lastUseMs = -Infinity;
  let lastSentMs = -Infinity;
  let underWay = 0;
  let roundTripMs = 0;
  let failures = 0;
  let pauseAfterFailureMs = 0;

  function pauseMs(): number {
    if (failures > 0) return pauseAfterFailureMs;
    // A context that is too old on arrival cannot be kept fresh by reading more often.
    if (roundTripMs >= maxAgeMs) return maxAgeMs;
    return Math.max(pauseMinMs, maxAgeMs - roundTripMs - slackMs);
  }

  return {
    read(nowMs) {
      lastUseMs = nowMs;
      if (timed !== undefined && nowMs - timed.sentMs <= maxAgeMs) return { kind: "hit", timed };
      return { kind: "miss", stale: timed };
    },
    nextSendMs(nowMs) {
      if (nowMs - lastUseMs > idleAfterMs || underWay >= underWayMax) return undefined;
      return lastSentMs + pauseMs();
    },
    sent(nowMs) {
      lastSentMs = nowMs;
      underWay += 1;
    },
    answered(sentMs, nowMs, snapshot) {
      underWay -= 1;
      failures = 0;
      // Follows a slower round trip at once and a faster one slowly.
      roundTripMs = Math.max(nowMs - sentMs, roundTripMemory * roundTripMs);
      if (timed === undefined || sentMs >= timed.sentMs) timed = { snapshot, sentMs };
    },
    failed(jitter) {
      underWay -= 1;
      failures += 1;
      pauseAfterFailureMs = Math.min(backOffMs.max, backOffMs.first * 2 ** (failures - 1)) * (0.5 + jitter);
    },
    latest: () => timed,
  };
}
