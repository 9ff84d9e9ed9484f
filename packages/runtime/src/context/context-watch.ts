/**
 * A watch of the shared document, with the guarantees of etcd's watches: ordered (by version), unique (no version twice),
 * reliable (no version is missing between two that are told, or it is said), atomic (all changes of a version together),
 * resumable (from any version that is kept) and bookmarked (progress is told also where nothing concerns the filter).
 *
 * Bounded: a watcher that is slower than the document changes gets, instead of what did not find room, one `resync` that
 * says from where on it missed versions. Nothing is ever dropped in silence.
 */
import { EntrainError } from "@entrain/kernel";
import {
  createSieve,
  type ContextDocument,
  type ContextEntry,
  type ContextNews,
  type ContextSieve,
} from "@entrain/core/context";
import type {
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

/** Pages of history that a resumed watch reads. */
const pagesMax = 1_000;
/** Longest queue that may be asked for. */
const queueLimit = 100_000;

/** What a watch needs. */
export interface WatchSurroundings {
  readonly source: ContextSource;
  readonly store: Pick<ContextStore, "changesSince">;
  readonly timers: Timers;
  readonly events: EventSink;
}

/**
 * Begins to watch.
 * @throws EntrainError `invalid-argument` that names the option.
 */
export function watchContext(around: WatchSurroundings, options: WatchOptions = {}): ContextWatch {
  const { queueMax = 1_000, bookmarkEveryMs = 1_000, fromVersion } = options;
  if (!(Number.isInteger(queueMax) && queueMax >= 1 && queueMax <= queueLimit))
    throw EntrainError.invalid("queueMax", queueMax, `give a whole number from 1 to ${queueLimit}`);
  if (!(bookmarkEveryMs >= 1)) throw EntrainError.invalid("bookmarkEveryMs", bookmarkEveryMs, "give at least 1 ms");
  if (fromVersion !== undefined && !(Number.isSafeInteger(fromVersion) && fromVersion >= 0))
    throw EntrainError.invalid("fromVersion", fromVersion, "give a version, or 0 for all that are kept");
  return new Watch(around, createSieve(options), { queueMax, bookmarkEveryMs, fromVersion });
}

type Settings = Required<Pick<WatchOptions, "queueMax" | "bookmarkEveryMs">> & Pick<WatchOptions, "fromVersion">;

class Watch implements ContextWatch {
  readonly #around: WatchSurroundings;
  readonly #sieve: ContextSieve;
  readonly #settings: Settings;
  readonly #unwatch: Unsubscribe;
  #queue: WatchNews[] = [];
  /** The version up to which everything is in the queue or was told; undefined until the first one is known. */
  #reached: number | undefined;
  #told = { version: 0, count: 0, resyncs: 0 };
  /** Heard while the history was being read; undefined where it is not. */
  #heard: ContextNews[] | undefined;
  #overflow: ResyncCause | undefined;
  #waiting: ((result: IteratorResult<WatchNews>) => void)[] = [];
  #bookmark: { readonly callOff: Unsubscribe } | undefined;
  #closed = false;

  constructor(around: WatchSurroundings, sieve: ContextSieve, settings: Settings) {
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
    this.#queue = [];
    this.#overflow = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
  }

  stats(): WatchStats {
    const { version, count, resyncs } = this.#told;
    return { version, waiting: this.#queue.length, told: count, resyncs, closed: this.#closed };
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
    const changes = this.#sieve(entry);
    if (changes !== undefined && this.#queue.length >= this.#settings.queueMax) {
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

  /** What waits is still told; after it comes a resync, made of the document as it is then. */
  #miss(cause: ResyncCause): void {
    this.#overflow ??= cause;
    const resolve = this.#waiting[0];
    if (resolve === undefined) return;
    const news = this.#take();
    if (news === undefined) return;
    this.#waiting.shift();
    resolve({ done: false, value: news });
  }

  #put(news: WatchNews): void {
    this.#queue.push(news);
    const resolve = this.#waiting.shift();
    const first = resolve === undefined ? undefined : this.#take();
    if (resolve !== undefined && first !== undefined) resolve({ done: false, value: first });
  }

  /** The next news, counted as told. */
  #take(): WatchNews | undefined {
    const news = this.#queue.shift() ?? this.#resync();
    if (news === undefined) return undefined;
    this.#told = {
      version: news.version,
      count: this.#told.count + 1,
      resyncs: this.#told.resyncs + (news.kind === "resync" ? 1 : 0),
    };
    return news;
  }

  #resync(): WatchNews | undefined {
    const cause = this.#overflow;
    const present: ContextDocument | undefined = this.#around.source.current();
    if (cause === undefined || present === undefined) return undefined;
    this.#overflow = undefined;
    const fromVersion = this.#told.version;
    this.#reached = present.version;
    this.#around.events({ kind: "watch.resynced", cause, fromVersion, version: present.version });
    return { kind: "resync", cause, fromVersion, version: present.version, document: present.document };
  }

  #bookmarkLater(): void {
    if (this.#bookmark !== undefined || this.#closed) return;
    const callOff = this.#around.timers.after(this.#settings.bookmarkEveryMs, () => {
      this.#bookmark = undefined;
      const version = this.#reached;
      // A watcher that has not taken what waits gets no bookmark: it would only make the queue longer.
      if (version !== undefined && this.#overflow === undefined && this.#queue.length === 0)
        this.#put({ kind: "bookmark", version });
    });
    this.#bookmark = { callOff };
  }
}
