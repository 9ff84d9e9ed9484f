/**
 * A watch of the shared document, with the guarantees of etcd's watches: ordered (by version), unique (no version twice),
 * reliable (no version is missing between two that are told, or it is said), atomic (all changes of a version together),
 * resumable (from any version that is kept) and bookmarked (progress is told also where nothing concerns the filter).
 *
 * At a pace, where one is asked for: versions that come within a batching window, or faster than the rate of news, wait and
 * are told as one batch that holds each of them.
 *
 * Bounded: a watcher that is slower than the document changes gets, instead of what did not find room, one `resync` that
 * says from where on it missed versions. Nothing is ever dropped in silence.
 */
import {
  createSieve,
  type Change,
  type ContextDocument,
  type ContextEntry,
  type ContextNews,
  type ContextSieve,
  type SharedDocument,
} from "@entrain/core/context";
import type {
  Clock,
  ContextStore,
  ContextWatch,
  EventSink,
  ResyncCause,
  Timers,
  Unsubscribe,
  WatchNews,
  WatchOptions,
  WatchStats,
} from "@entrain/ports";
import type { ContextSource } from "./context-follower.ts";
import { WatchQueue, type QueuedNews } from "./watch-queue.ts";
import { watchSettings, type WatchSettings } from "./watch-settings.ts";

/** Pages of history that a resumed watch reads. */
const pagesMax = 1_000;
/** What a watcher may see. */
export interface ContextView {
  document(document: SharedDocument): SharedDocument;
  changes(changes: readonly Change[]): readonly Change[];
}

/** What a watch needs. */
export interface WatchSurroundings {
  /** Default: all is seen. */
  readonly view?: ContextView;
  readonly source: ContextSource;
  readonly store: Pick<ContextStore, "changesSince">;
  readonly timers: Timers;
  readonly clock: Pick<Clock, "monoMs">;
  readonly events: EventSink;
}

/**
 * Begins to watch.
 * @throws EntrainError `invalid-argument` that names the option.
 */
export function watchContext(around: WatchSurroundings, options: WatchOptions = {}): ContextWatch {
  const settings = watchSettings(options);
  const sieve = createSieve(options, () => around.source.current()?.document ?? {});
  return new Watch(around, sieve, settings);
}

class Watch implements ContextWatch {
  readonly #around: WatchSurroundings;
  readonly #sieve: ContextSieve;
  readonly #settings: WatchSettings;
  readonly #unwatch: Unsubscribe;
  readonly #queue = new WatchQueue();
  /** The version up to which everything is in the queue or was told; undefined until the first one is known. */
  #reached: number | undefined;
  #told = { version: 0, count: 0, resyncs: 0 };
  /** Heard while the history was being read; undefined where it is not. */
  #heard: ContextNews[] | undefined;
  #overflow: { readonly cause: ResyncCause; readonly sinceMs: number } | undefined;
  #waiting: ((result: IteratorResult<WatchNews>) => void)[] = [];
  /** Nothing is told until it ends: a batching window, or the time between two news. */
  #held: Unsubscribe | undefined;
  #bookmark: { readonly callOff: Unsubscribe } | undefined;
  #closed = false;

  constructor(around: WatchSurroundings, sieve: ContextSieve, settings: WatchSettings) {
    this.#around = around;
    this.#sieve = sieve;
    this.#settings = settings;
    const { fromVersion } = settings;
    this.#reached = fromVersion ?? around.source.current()?.version;
    this.#told.version = this.#reached ?? 0;
    this.#unwatch = around.source.watch((news) => {
      if (this.#heard === undefined) this.#hear(news);
      else if (this.#heard.length < settings.queueMax) this.#heard.push(news);
    });
    if (fromVersion !== undefined) void this.#resume(fromVersion);
  }

  next(): Promise<IteratorResult<WatchNews>> {
    const news = this.#take();
    if (news !== undefined) return Promise.resolve({ done: false, value: news });
    if (this.#closed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<WatchNews>> {
    this.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unwatch();
    this.#bookmark?.callOff();
    this.#held?.();
    this.#queue.clear();
    this.#overflow = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
  }

  stats(): WatchStats {
    const { version, count, resyncs } = this.#told;
    const { size: waiting, oldestMs, coalesced } = this.#queue;
    const present = this.#around.source.current()?.version ?? 0;
    const hasAll = waiting === 0 && this.#overflow === undefined;
    const behind = Math.max(0, present - (hasAll ? (this.#reached ?? present) : version));
    const missed = this.#overflow === undefined ? undefined : "resync";
    const health = this.#closed ? "closed" : (missed ?? (behind > 0 || !hasAll ? "behind" : "current"));
    const sinceMs = oldestMs ?? this.#overflow?.sinceMs;
    const behindMs = sinceMs === undefined ? 0 : this.#around.clock.monoMs() - sinceMs;
    return { health, version, waiting, behind, behindMs, told: count, coalesced, resyncs, closed: this.#closed };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Reads the versions that were made before the watch began; what is heard meanwhile comes after them. */
  async #resume(fromVersion: number): Promise<void> {
    const { store, source } = this.#around;
    this.#heard = [];
    try {
      for (let pages = 0, reached = fromVersion; pages < pagesMax && !this.#closed; pages++) {
        const { present, entries } = await store.changesSince(reached);
        const gap = entries[0] === undefined ? present !== reached : entries[0].baseVersion !== reached;
        if (gap) {
          await source.reach(present);
          this.#miss("compacted");
          break;
        }
        for (const entry of entries) this.#offer(entry);
        reached = entries.at(-1)?.version ?? reached;
        if (reached >= present) break;
      }
    } catch {
      // The store is away, and tells of itself: whoever watches begins anew with what this process knows.
      this.#miss("lost");
    }
    const heard = this.#heard;
    this.#heard = undefined;
    for (const news of heard) this.#hear(news);
    const present = source.current()?.version;
    if (this.#overflow === undefined && present !== undefined && present > (this.#reached ?? 0)) this.#miss("slow");
  }

  #hear(news: ContextNews): void {
    if (news.kind === "change") {
      this.#offer(news.entry);
      return;
    }
    const { version } = news.document;
    if (this.#reached !== undefined && version <= this.#reached) return;
    // The process's first look at the document is where a watch without a version begins.
    if (this.#reached === undefined) this.#reached = this.#told.version = version;
    else this.#miss("lost");
  }

  /** Takes the next version in, whether or not the filter lets anything of it through. */
  #offer(entry: ContextEntry): void {
    if (this.#overflow !== undefined) return;
    this.#reached ??= entry.baseVersion;
    if (entry.version <= this.#reached) return;
    if (entry.baseVersion !== this.#reached) {
      this.#miss("lost");
      return;
    }
    const changes = this.#wanted(entry);
    if (changes !== undefined && this.#queue.size >= this.#settings.queueMax) {
      this.#miss("slow");
      return;
    }
    this.#reached = entry.version;
    if (changes === undefined) {
      this.#bookmarkLater();
      return;
    }
    const { version, baseVersion, author, reason, atMs } = entry;
    this.#put({ kind: "change", version, baseVersion, author, reason, atMs, changes });
  }

  /** What the watcher may see of it and wants; a version of which it may see nothing is none for it. */
  #wanted(entry: ContextEntry): readonly Change[] | undefined {
    const { view } = this.#around;
    if (view === undefined) return this.#sieve(entry);
    const changes = view.changes(entry.changes);
    if (changes.length === 0 && entry.changes.length > 0) return undefined;
    return this.#sieve({ ...entry, changes });
  }

  /** What waits is still told; after it comes a resync, made of the document as it is then. */
  #miss(cause: ResyncCause): void {
    this.#overflow ??= { cause, sinceMs: this.#around.clock.monoMs() };
    this.#give();
  }

  #put(news: QueuedNews): void {
    this.#queue.put(news, this.#around.clock.monoMs());
    const { batchMs } = this.#settings;
    if (batchMs > 0 && news.kind === "change" && this.#queue.size === 1) this.#hold(batchMs);
    this.#give();
  }

  /** Tells whoever waits, if there is something and its time has come. */
  #give(): void {
    const resolve = this.#waiting[0];
    if (resolve === undefined) return;
    const news = this.#take();
    if (news === undefined) return;
    this.#waiting.shift();
    resolve({ done: false, value: news });
  }

  #hold(ms: number): void {
    this.#held ??= this.#around.timers.after(ms, () => {
      this.#held = undefined;
      this.#give();
    });
  }

  /** The next news, counted as told. */
  #take(): WatchNews | undefined {
    if (this.#held !== undefined) return undefined;
    const { batchMs, spacingMs } = this.#settings;
    const news = this.#queue.take(batchMs > 0 || spacingMs > 0) ?? this.#resync();
    if (news === undefined) return undefined;
    if (spacingMs > 0) this.#hold(spacingMs);
    this.#told = {
      version: news.version,
      count: this.#told.count + 1,
      resyncs: this.#told.resyncs + (news.kind === "resync" ? 1 : 0),
    };
    return news;
  }

  #resync(): WatchNews | undefined {
    const cause = this.#overflow?.cause;
    const present: ContextDocument | undefined = this.#around.source.current();
    if (cause === undefined || present === undefined) return undefined;
    this.#overflow = undefined;
    const fromVersion = this.#told.version;
    this.#reached = present.version;
    this.#around.events({ kind: "watch.resynced", cause, fromVersion, version: present.version });
    const document = this.#around.view?.document(present.document) ?? present.document;
    return { kind: "resync", cause, fromVersion, version: present.version, document };
  }

  #bookmarkLater(): void {
    if (this.#bookmark !== undefined || this.#closed) return;
    const callOff = this.#around.timers.after(this.#settings.bookmarkEveryMs, () => {
      this.#bookmark = undefined;
      const version = this.#reached;
      // A watcher that has not taken what waits gets no bookmark: it would only make the queue longer.
      if (version !== undefined && this.#overflow === undefined && this.#queue.size === 0)
        this.#put({ kind: "bookmark", version });
    });
    this.#bookmark = { callOff };
  }
}
