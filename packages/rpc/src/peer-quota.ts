/**
 * How often each peer may do a thing: a token bucket for each (core/rate), one second deep, so that one peer's flood
 * leaves the process to the others. A bucket that was not touched for a second is full and says no more than a new one:
 * those are forgotten first, and there are never more than `peersMax`.
 */
import { takeFromBucket, type Bucket } from "@entrain/core/rate";

const burstMs = 1_000;
const peersMax = 4_096;

/** A full bucket. */
export function fullBucket(perSecond: number, nowMs: number): Bucket {
  return { tokens: perSecond, atMs: nowMs, milliPerSecond: perSecond * 1_000, untilMs: Infinity, burstMs };
}

/** The buckets of a server's peers. */
export class PeerQuota {
  readonly perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param perSecond of each peer, > 0 */
  constructor(perSecond: number) {
    this.perSecond = perSecond;
  }

  /** Peers whose buckets are kept. */
  get size(): number {
    return this.#buckets.size;
  }

  /** False: `peer` has had its share at `nowMs` (monotonic). */
  take(peer: string, nowMs: number): boolean {
    const present = this.#buckets.get(peer);
    if (present === undefined && this.#buckets.size >= peersMax) this.#forget(nowMs);
    const next = takeFromBucket(present ?? fullBucket(this.perSecond, nowMs), 1, nowMs);
    if (next === undefined) return false;
    this.#buckets.set(peer, next);
    return true;
  }

  /** Forgets full buckets; the oldest peer's where there is none. */
  #forget(nowMs: number): void {
    for (const [peer, { atMs }] of this.#buckets) if (nowMs - atMs >= burstMs) this.#buckets.delete(peer);
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined && this.#buckets.size >= peersMax) this.#buckets.delete(oldest);
  }
}
