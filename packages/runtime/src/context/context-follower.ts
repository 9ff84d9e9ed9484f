/**
 * One process's copy of the shared document, kept by the store's log: each version once and in order, or the whole at once
 * where versions were missed (C1). A hint that carries the next version is taken as it is; any other leads to a read of
 * the log, and so does a slow poll, for hints may be lost.
 *
 * Order of effects of a version: the copy is the new one, then the listeners are told, in the order of their coming. Reads
 * never overlap; what is hinted during one is taken in after it.
 */
import { createRandom, EntrainError, type Random } from "@entrain/kernel";
import {
  advance,
  emptyDocument,
  type ContextDocument,
  type ContextEntry,
  type ContextNews,
  type SharedDocument,
} from "@entrain/core/context";
import type { ContextHint, ContextStore, EventSink, StoreHealth, Timers, Unsubscribe } from "@entrain/ports";

/** Pause between two reads without a hint, ms, ± 10 %. */
const pollEveryMs = 1_000;
/** Entries that are kept while a read is under way; one more hint may bring it over. */
const pushedMax = 256;
/** Reads in a row for one request to catch up. */
const roundsMax = 100;

/** What a follower needs. */
export interface ContextFollowerOptions {
  readonly store: Pick<ContextStore, "read" | "readOrCreate" | "changesSince" | "watch">;
  readonly health: StoreHealth;
  readonly timers: Timers;
  readonly events: EventSink;
  /** Written where the store has no document (default: nothing is). What was known before goes first: it was lost. */
  readonly initial?: SharedDocument;
  /** Seeds the jitter. */
  readonly seed: string;
}

/** A copy of the document that others may look at. */
export interface ContextSource {
  /** Undefined before the first read. */
  current(): ContextDocument | undefined;
  /** Resolves when the copy is at least of that version. @throws EntrainError where the store cannot be read. */
  reach(version: number): Promise<void>;
  /** Calls back with each version, in order. */
  watch(listener: (news: ContextNews) => void): Unsubscribe;
}

/** Follows the document from `start` to `stop`. */
export class ContextFollower implements ContextSource {
  readonly #options: ContextFollowerOptions;
  readonly #random: Random;
  readonly #listeners = new Set<(news: ContextNews) => void>();
  readonly #unwatch: Unsubscribe[] = [];
  #copy: ContextDocument | undefined;
  #pushed: ContextEntry[] = [];
  /** A version that was hinted and is neither taken in nor kept. */
  #behind = 0;
  #reading: Promise<void> | undefined;
  #callOff: Unsubscribe | undefined;
  #stopped = false;

  constructor(options: ContextFollowerOptions) {
    this.#options = options;
    this.#random = createRandom(options.seed);
  }

  /** Begins to follow; the first read may fail, the next ones come. */
  start(): void {
    const { store, health } = this.#options;
    this.#unwatch.push(
      store.watch((hint) => {
        this.#onHint(hint);
      }),
      health.watch(({ up }) => {
        if (up) this.#look();
      }),
    );
    this.#poll();
  }

  stop(): void {
    this.#stopped = true;
    this.#callOff?.();
    for (const unwatch of this.#unwatch) unwatch();
    this.#listeners.clear();
  }

  current(): ContextDocument | undefined {
    return this.#copy;
  }

  async reach(version: number): Promise<void> {
    // A read under way may have been sent before that version was made.
    for (let round = 0; round < 3 && !this.#has(version); round++) await this.#catchUp();
    if (this.#has(version)) return;
    throw new EntrainError("unavailable", `the copy of the context has not reached version ${version}`);
  }

  watch(listener: (news: ContextNews) => void): Unsubscribe {
    // A wrapper, so that one function may watch twice.
    const mine = (news: ContextNews): void => {
      listener(news);
    };
    this.#listeners.add(mine);
    return () => void this.#listeners.delete(mine);
  }

  #has(version: number): boolean {
    return this.#copy !== undefined && this.#copy.version >= version;
  }

  #poll(): void {
    if (this.#stopped) return;
    this.#look();
    this.#callOff = this.#options.timers.after(pollEveryMs * (0.9 + 0.2 * this.#random.next()), () => {
      this.#poll();
    });
  }

  #onHint({ version, entries }: ContextHint): void {
    // Of what it does not understand it knows only that something may have changed.
    if (!Number.isSafeInteger(version)) {
      this.#look();
      return;
    }
    if (this.#has(version)) return;
    if (entries === undefined || this.#pushed.length >= pushedMax) this.#behind = Math.max(this.#behind, version);
    else this.#pushed.push(...entries);
    if (this.#reading !== undefined) return;
    if (!this.#takePushed()) this.#look();
  }

  #look(): void {
    // A failure is the store's, which tells of itself; the poll goes on.
    this.#catchUp().catch(() => undefined);
  }

  #catchUp(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    for (let round = 0; round < roundsMax && !this.#stopped; round++) {
      const reached = this.#copy === undefined ? await this.#readWhole() : await this.#readLog(this.#copy);
      if (reached && this.#takePushed()) return;
    }
  }

  /** One page of the log; true where the copy has reached the present. */
  async #readLog(copy: ContextDocument): Promise<boolean> {
    const { present, entries } = await this.#options.store.changesSince(copy.version);
    if (present === copy.version) return true;
    const { document, news, gap } = advance(copy, entries);
    this.#take(document, news);
    if (gap || news.length === 0 || present === 0) return this.#readWhole();
    return document.version >= present;
  }

  async #readWhole(): Promise<boolean> {
    const { store, initial } = this.#options;
    const known = this.#copy;
    const missing = known === undefined || known.version === 0 ? initial : known.document;
    const create = initial === undefined ? undefined : missing;
    const document = await (create === undefined ? store.read() : store.readOrCreate(create, "entrain"));
    // An answer of an earlier life of the store is overtaken by the next read.
    if (known !== undefined && document.version <= known.version && document.version !== 0) return true;
    if (known === undefined || document.version > known.version)
      this.#take(document, [{ kind: "resync", fromVersion: known?.version ?? 0, document }]);
    return true;
  }

  /** Takes in what was hinted; false where versions before it are missing. */
  #takePushed(): boolean {
    const pushed = this.#pushed;
    this.#pushed = [];
    const { document, news, gap } = advance(this.#copy ?? emptyDocument, this.#copy === undefined ? [] : pushed);
    if (this.#copy !== undefined) this.#take(document, news);
    return this.#copy !== undefined && !gap && this.#has(this.#behind);
  }

  #take(document: ContextDocument, news: readonly ContextNews[]): void {
    this.#copy = document;
    for (const one of news) this.#tell(one);
  }

  #tell(news: ContextNews): void {
    const { events } = this.#options;
    if (news.kind === "change") {
      const { version, baseVersion, author, reason, changes } = news.entry;
      const pointers = changes.map(({ pointer }) => pointer);
      events({ kind: "context.changed", version, baseVersion, author, reason, pointers });
    } else events({ kind: "context.resynced", fromVersion: news.fromVersion, version: news.document.version });
    for (const listener of [...this.#listeners])
      try {
        listener(news);
      } catch (thrown) {
        events({ kind: "listener.failed", listener: "context", message: EntrainError.from(thrown).message });
      }
  }
}
