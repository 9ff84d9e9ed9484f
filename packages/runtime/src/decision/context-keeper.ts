/**
 * Keeps the cached global context of one process fresh while decisions use it. The plan is the core's (`createContextCache`);
 * here are the reads. A snapshot is served only when the copy of the document has reached the version that it names, so
 * that a changed policy is never older than its context.
 */
import { createRandom } from "@entrain/kernel";
import {
  createContextCache,
  type DecisionTimings,
  type GlobalSnapshot,
  type TimedSnapshot,
} from "@entrain/core/decision";
import type { Clock, EventSink, GlobalState, Timers } from "@entrain/ports";
import type { ContextSource } from "../context/context-follower.ts";
import { withDeadline } from "./with-deadline.ts";

/** What a decision gets: `hit` without waiting; after a miss the youngest there is, fresh or not. */
export interface ServedContext {
  readonly timed: TimedSnapshot | undefined;
  readonly hit: boolean;
}

/** What the keeper needs. */
export interface ContextKeeperOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly globalState: GlobalState;
  readonly context: ContextSource;
  readonly events: EventSink;
  readonly timings: DecisionTimings;
  /** Each answer of the store, as it comes. */
  readonly onRead: (snapshot: GlobalSnapshot) => void;
  /** Seeds the jitter. */
  readonly seed: string;
}

/** The cached context of one process. */
export class ContextKeeper {
  readonly #options: ContextKeeperOptions;
  readonly #cache;
  readonly #random;
  readonly #waiting = new Set<() => void>();
  #callOff: (() => void) | undefined;
  #stopped = false;

  constructor(options: ContextKeeperOptions) {
    const { contextMaxAgeMs, contextIdleAfterMs } = options.timings;
    this.#options = options;
    this.#cache = createContextCache({ maxAgeMs: contextMaxAgeMs, idleAfterMs: contextIdleAfterMs });
    this.#random = createRandom(options.seed);
  }

  /** The context for one use: at once if it is fresh, otherwise after a read, at most `waitMs` later. */
  async serve(waitMs: number): Promise<ServedContext> {
    const use = this.#use();
    if (use.hit) return this.#served(use);
    await this.#freshWithin(waitMs);
    return this.#served({ timed: this.#cache.latest(), hit: false });
  }

  /** The context for one use that does not wait. */
  serveNow(): ServedContext {
    return this.#served(this.#use());
  }

  /** The youngest context there is, which is not counted as a use. */
  youngest(): TimedSnapshot | undefined {
    return this.#cache.latest();
  }

  /** One read outside the plan; never rejects. */
  async readNow(): Promise<void> {
    await this.#read();
  }

  /** True where the next use would be a hit. */
  isWarm(): boolean {
    const latest = this.#cache.latest();
    return latest !== undefined && this.#isFresh(latest);
  }

  stop(): void {
    this.#stopped = true;
    this.#callOff?.();
    for (const wake of this.#waiting) wake();
  }

  #use(): ServedContext {
    const read = this.#cache.read(this.#nowMs());
    this.#plan();
    return read.kind === "hit" ? { timed: read.timed, hit: true } : { timed: read.stale, hit: false };
  }

  #nowMs(): number {
    return this.#options.clock.monoMs();
  }

  #isFresh({ sentMs }: TimedSnapshot): boolean {
    return this.#nowMs() - sentMs <= this.#options.timings.contextMaxAgeMs;
  }

  #served(served: ServedContext): ServedContext {
    const { timed, hit } = served;
    this.#options.events({ kind: "context.served", hit, stale: timed === undefined || !this.#isFresh(timed) });
    return served;
  }

  /** Resolves when the cache is fresh, the wait is over, or the keeper stops. */
  #freshWithin(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        callOff();
        this.#waiting.delete(look);
        resolve();
      };
      const look = (): void => {
        if (this.#stopped || this.isWarm()) done();
      };
      const callOff = this.#options.timers.after(waitMs, done);
      this.#waiting.add(look);
      look();
    });
  }

  /** Arms the timer for the next read, unless it is armed or nobody uses the cache. */
  #plan(): void {
    if (this.#stopped || this.#callOff !== undefined) return;
    const nowMs = this.#nowMs();
    const atMs = this.#cache.nextSendMs(nowMs);
    if (atMs === undefined) return;
    if (atMs <= nowMs) {
      void this.#read();
      return;
    }
    this.#callOff = this.#options.timers.after(atMs - nowMs, () => {
      this.#callOff = undefined;
      this.#plan();
    });
  }

  /** The answer may have changed the plan: the armed instant may be too late now. */
  #planAnew(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    this.#plan();
  }

  async #read(): Promise<void> {
    const { timers, timings, events } = this.#options;
    const sentMs = this.#nowMs();
    this.#cache.sent(sentMs);
    this.#plan();
    let ok = false;
    try {
      const snapshot = await withDeadline(timers, timings.contextReadTimeoutMs, "the store", this.#ask());
      this.#cache.answered(sentMs, this.#nowMs(), snapshot);
      ok = true;
      this.#options.onRead(snapshot);
    } catch {
      this.#cache.failed(this.#random.next());
    }
    events({ kind: "context.read", ok, roundTripMs: this.#nowMs() - sentMs });
    this.#planAnew();
    for (const look of this.#waiting) look();
  }

  async #ask(): Promise<GlobalSnapshot> {
    const { globalState, context } = this.#options;
    const snapshot = await globalState.snapshot();
    await context.reach(snapshot.contextVersion);
    return snapshot;
  }
}
