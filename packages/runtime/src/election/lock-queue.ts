/**
 * One lock as a process uses it: its callers wait in a line, bounded and first come first served, and the head of the line is
 * the process's one candidate in the store. Between processes the lock goes to whoever asks first once it is free.
 *
 * A lock is an election whose leader is the holder, so the same machine keeps it (L1 to L4): the lease is renewed until it is
 * released, and a lease that cannot be renewed is over, and its signal has aborted, before anybody else can get the lock.
 * Every lease has a term of its own, its fencing token: a term that was given up is never taken up again, not even by the
 * next caller in the same process.
 *
 * Order at the end of a lease: the signal aborts, then the store is told, then the next in line stands.
 */
import { EntrainError } from "@entrain/kernel";
import type { ElectionTimings, Leadership, LossCause } from "@entrain/core/election";
import type { Clock, EventSink, LockStore, Timers } from "@entrain/ports";
import { ElectionLoop } from "./election-loop.ts";
import { namedEvents } from "./named-events.ts";

/** A lock that is held. */
export interface LockLease extends AsyncDisposable {
  /** The fencing token: a whole number, higher than that of every earlier lease of this lock (L2). */
  readonly token: number;
  /** Aborts when the lease ends: before anybody else can get the lock (L4), or when it is released. */
  readonly signal: AbortSignal;
  /** Whether the lease holds, by the clock of this process: true also means that `signal` has not aborted. */
  isHeld(): boolean;
  /**
   * Replaces the text that the lock guards, fenced in the store (L3).
   * @throws EntrainError `stale-term` where the lease is over, `invalid-argument` (over 64 KiB), `recovering`,
   *   `store-unavailable`, `deadline-exceeded`.
   */
  save(text: string): Promise<void>;
  /** Gives the lock up; idempotent. Where the store is not reached, the lease runs out there. */
  release(): Promise<void>;
}

/** How long to wait for a lock. */
export interface AcquireOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a queue needs. */
export interface LockQueueOptions {
  readonly name: string;
  readonly store: LockStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly events: EventSink;
  readonly timings: ElectionTimings;
  readonly agentId: string;
  readonly incarnation: number;
}

/** Callers that may wait for one lock in one process. */
const waitersMax = 1_000;

interface Waiter {
  readonly resolve: (lease: LockLease) => void;
  readonly reject: (error: EntrainError) => void;
}

interface OpenLease {
  readonly held: Leadership;
  readonly ending: AbortController;
}

/** One lock in one process. */
export class LockQueue {
  readonly #options: LockQueueOptions;
  readonly #loop: ElectionLoop;
  readonly #waiters = new Set<Waiter>();
  #open: OpenLease | undefined;
  #withdrawing: Promise<void> | undefined;
  #closed = false;

  constructor(options: LockQueueOptions) {
    this.#options = options;
    this.#loop = new ElectionLoop({
      ...options,
      events: namedEvents("lock", options.name, options.events),
      onLeader: () => undefined,
      onElected: (held) => {
        this.#grant(held);
      },
      onLost: (held, cause) => {
        this.#end(held, cause);
      },
    });
  }

  /**
   * Waits for the lock.
   * @throws EntrainError `deadline-exceeded`, `cancelled`, `resource-exhausted` (the line is full), `unavailable` (closed).
   */
  acquire({ timeoutMs, signal }: AcquireOptions): Promise<LockLease> {
    const { promise, resolve, reject } = Promise.withResolvers<LockLease>();
    const refusal = this.#refusal(signal);
    if (refusal !== undefined) {
      reject(refusal);
      return promise;
    }
    const waiter: Waiter = { resolve, reject };
    const callOff = this.#options.timers.after(timeoutMs, () => {
      this.#giveUp(waiter, this.#late(timeoutMs));
    });
    const onAbort = (): void => {
      this.#giveUp(waiter, cancelled());
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    const settled = (): void => {
      callOff();
      signal?.removeEventListener("abort", onAbort);
    };
    promise.then(settled, settled);
    this.#waiters.add(waiter);
    this.#stand();
    return promise;
  }

  /** Gives everything up: waiters are refused, a lease ends. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiter of [...this.#waiters]) this.#giveUp(waiter, hasStopped());
    await this.#withdraw();
  }

  #refusal(signal: AbortSignal | undefined): EntrainError | undefined {
    if (this.#closed) return hasStopped();
    if (signal?.aborted === true) return cancelled();
    if (this.#waiters.size < waitersMax) return undefined;
    const { name } = this.#options;
    return new EntrainError("resource-exhausted", `${waitersMax} callers already wait for the lock "${name}"`, {
      remedy: "wait in fewer places, or use several locks",
    });
  }

  #late(timeoutMs: number): EntrainError {
    const { leaderId } = this.#loop.leader();
    const holder = leaderId === null ? "nobody was seen to hold it" : `${leaderId} holds it`;
    return new EntrainError(
      "deadline-exceeded",
      `the lock "${this.#options.name}" was not to be had within ${timeoutMs} ms: ${holder}`,
    );
  }

  #stand(): void {
    if (this.#closed || this.#withdrawing !== undefined || this.#open !== undefined || this.#waiters.size === 0) return;
    this.#loop.start();
  }

  #grant(held: Leadership): void {
    const [waiter] = this.#waiters;
    // Whoever waited has just given up.
    if (waiter === undefined) {
      void this.#withdraw();
      return;
    }
    this.#waiters.delete(waiter);
    const open: OpenLease = { held, ending: new AbortController() };
    this.#open = open;
    waiter.resolve(this.#lease(open));
  }

  #end(held: Leadership, cause: LossCause): void {
    const open = this.#open;
    this.#open = undefined;
    open?.ending.abort(
      new EntrainError("stale-term", `the lock "${this.#options.name}" is no longer held: ${cause}`, {
        value: held.term,
      }),
    );
    if (this.#waiters.size === 0) void this.#withdraw();
  }

  #giveUp(waiter: Waiter, error: EntrainError): void {
    if (!this.#waiters.delete(waiter)) return;
    waiter.reject(error);
    if (this.#waiters.size === 0 && this.#open === undefined) void this.#withdraw();
  }

  /** Lets go of the lock and of the candidacy; then the next in line stands. */
  #withdraw(): Promise<void> {
    this.#withdrawing ??= this.#loop.stop().finally(() => {
      this.#withdrawing = undefined;
      this.#stand();
    });
    return this.#withdrawing;
  }

  #lease(open: OpenLease): LockLease {
    const { agentId, name, store, events } = this.#options;
    const { term } = open.held;
    const isOpen = (): boolean => this.#open === open;
    const fence = (): Leadership | undefined => (isOpen() ? this.#loop.leadership() : undefined);
    const release = async (): Promise<void> => {
      if (isOpen()) await this.#withdraw();
    };
    return {
      token: term,
      signal: open.ending.signal,
      isHeld: () => fence() !== undefined,
      async save(text) {
        const held = fence();
        if (held === undefined)
          throw new EntrainError("stale-term", `the lock "${name}" is no longer held: acquire it again`, {
            value: term,
          });
        try {
          await store.save(held, text);
        } catch (thrown) {
          const error = EntrainError.from(thrown);
          if (error.code === "stale-term")
            events({ kind: "effect.refused", agentId, effect: "save", term, code: error.code });
          throw error;
        }
      },
      release,
      [Symbol.asyncDispose]: release,
    };
  }
}

function cancelled(): EntrainError {
  return new EntrainError("cancelled", "the caller's signal aborted the wait");
}

function hasStopped(): EntrainError {
  return new EntrainError("unavailable", "the agent has stopped: locks can be had from a running one");
}
