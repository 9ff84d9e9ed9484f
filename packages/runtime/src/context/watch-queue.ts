/**
 * What waits for one watcher, in order, each with the instant at which it came. At a pace, versions that came together are
 * taken together.
 */
import type { VersionNews, WatchNews } from "@entrain/ports";

/** Versions in one batch. */
const batchMax = 1_000;

/** News that came from the document itself. */
export type QueuedNews = VersionNews | Extract<WatchNews, { readonly kind: "bookmark" }>;

/** What waits for a watcher; whoever puts into it keeps it bounded. */
export class WatchQueue {
  #waiting: { readonly news: QueuedNews; readonly cameMs: number }[] = [];
  #coalesced = 0;

  get size(): number {
    return this.#waiting.length;
  }

  /** When the oldest that waits came, ms; undefined where nothing waits. */
  get oldestMs(): number | undefined {
    return this.#waiting[0]?.cameMs;
  }

  /** Versions that were told together with the one before them, so far. */
  get coalesced(): number {
    return this.#coalesced;
  }

  put(news: QueuedNews, nowMs: number): void {
    this.#waiting.push({ news, cameMs: nowMs });
  }

  clear(): void {
    this.#waiting = [];
  }

  /** The next one, or, `together`, all versions that have come by now. */
  take(together: boolean): WatchNews | undefined {
    if (!together) return this.#waiting.shift()?.news;
    const versions: VersionNews[] = [];
    for (const { news } of this.#waiting) {
      if (news.kind !== "change" || versions.length === batchMax) break;
      versions.push(news);
    }
    this.#waiting.splice(0, versions.length);
    const [first] = versions;
    const last = versions.at(-1);
    if (first === undefined || last === undefined) return this.#waiting.shift()?.news;
    this.#coalesced += versions.length - 1;
    return first === last ? first : { kind: "batch", version: last.version, versions };
  }
}
