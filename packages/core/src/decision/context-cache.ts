/**
 * The cached global context: one per process, at most `maxAgeMs` old, refreshed ahead of its expiry while somebody uses
 * it, so that slow callers hit as well. (A cache that refreshes only when asked cannot hit more often than
 * 1 − 1/(rate · ttl).) Age counts from the *sending* of the read: the store looked no earlier than that.
 */
import type { LeaderRecord } from "../election/election.ts";

/** What one read of the store tells, atomically. */
export interface GlobalSnapshot {
  readonly leader: LeaderRecord | undefined;
  /** Mean health over everybody who should be there, 0..1; undefined for an empty swarm. */
  readonly health: number | undefined;
  readonly alive: number;
  /** Members that died and still count. */
  readonly missing: number;
  readonly contextVersion: number;
  readonly generation: number;
  /** Ids of the latest decisions, newest first, at most 20. */
  readonly recentDecisions: readonly string[];
}

/** The context as a reasoner gets it. */
export interface GlobalContext {
  readonly leaderId: string | null;
  /** 0 where there is no leader. */
  readonly term: number;
  readonly health: number | null;
  /** More than half of those who should be there. */
  readonly quorumSize: number;
  readonly recentDecisions: readonly string[];
  readonly role: "leader" | "follower";
  readonly contextVersion: number;
  /** At most `maxAgeMs` old. */
  readonly fresh: boolean;
  /** When its read was sent, ms of the process's monotonic clock; null where there never was one. */
  readonly cachedAt: number | null;
}

/** A snapshot with the instant at which its read was sent, monotonic ms. */
export interface TimedSnapshot {
  readonly snapshot: GlobalSnapshot;
  readonly sentMs: number;
}

/** A served read: `hit` without waiting and young enough; otherwise what there is, if anything, is stale. */
export type CacheRead =
  | { readonly kind: "hit"; readonly timed: TimedSnapshot }
  | { readonly kind: "miss"; readonly stale: TimedSnapshot | undefined };

/** The cache's plan and content; all instants are monotonic ms. */
export interface ContextCache {
  /** Somebody wants the context now: serves it and keeps the cache awake. */
  read(nowMs: number): CacheRead;
  /** When the next read of the store is to be sent; undefined while nobody uses the cache, or too many are under way. */
  nextSendMs(nowMs: number): number | undefined;
  /** A read was sent. */
  sent(nowMs: number): void;
  /** The read that was sent at `sentMs` was answered; an older answer never replaces a younger one. */
  answered(sentMs: number, nowMs: number, snapshot: GlobalSnapshot): void;
  /** The read that was sent failed. */
  failed(): void;
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
/** Reads under way at once. */
const underWayMax = 8;

/** An empty, sleeping cache. */
export function createContextCache(timings: ContextCacheTimings): ContextCache {
  const { maxAgeMs, idleAfterMs } = timings;
  let timed: TimedSnapshot | undefined;
  let lastUseMs = -Infinity;
  let lastSentMs = -Infinity;
  let underWay = 0;
  let roundTripMs = 0;
  return {
    read(nowMs) {
      lastUseMs = nowMs;
      if (timed !== undefined && nowMs - timed.sentMs <= maxAgeMs) return { kind: "hit", timed };
      return { kind: "miss", stale: timed };
    },
    nextSendMs(nowMs) {
      if (nowMs - lastUseMs > idleAfterMs || underWay >= underWayMax) return undefined;
      return lastSentMs + Math.max(pauseMinMs, maxAgeMs - roundTripMs - slackMs);
    },
    sent(nowMs) {
      lastSentMs = nowMs;
      underWay += 1;
    },
    answered(sentMs, nowMs, snapshot) {
      underWay -= 1;
      // Follows a slower round trip at once and a faster one slowly.
      roundTripMs = Math.max(nowMs - sentMs, 0.9 * roundTripMs);
      if (timed === undefined || sentMs >= timed.sentMs) timed = { snapshot, sentMs };
    },
    failed() {
      underWay -= 1;
    },
    latest: () => timed,
  };
}
