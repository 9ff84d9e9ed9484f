/**
 * Collects items and hands them to one flush a beat: where the swarm beats together, its replicas call upstream in the same
 * instant; where it is spread, never two at once.
 *
 * Bounds: pending items and bytes (an add beyond them is refused; `room` resolves when there is some again), items and
 * bytes of one flush, one flush at a time, a deadline for each attempt, a number of attempts, and a budget of retries over
 * all flushes, so that an upstream that is down is not called more often than one that is up.
 *
 * An attempt whose deadline passed may have had its effect: what is flushed is at least once, under a key that is the same
 * for all attempts of one batch.
 */
import { EntrainError, type Random } from "@entrain/kernel";
import type { Clock, EventSink, Timers } from "@entrain/ports";
import { createRetryBudget, type RetryBudget } from "./retry-budget.ts";
import { resultsOf, withinDeadline } from "./flush-attempt.ts";
import { checkBatcherOptions, type BatcherOptions, type TotalBatcherOptions } from "./batcher-options.ts";

/** Collects items for one flush a beat. */
export interface Batcher<Item, Result> {
  /**
   * The item's own result, once a flush has it.
   * @throws EntrainError `resource-exhausted` where too much waits, `unavailable` after the stop, `cancelled` by its
   *   signal (a flush under way may still have the item), `invalid-argument` for an item that no flush could hold; else what
   *   its flush threw.
   */
  add(item: Item, options?: { readonly signal?: AbortSignal }): Promise<Result>;
  /** Resolves when another item may be added: at once, or after a flush has made room. Rejects with `unavailable` after the stop. */
  room(): Promise<void>;
  /** Items that wait for a beat. */
  pending(): number;
}

/** What the agent does with it. */
export interface BeatenBatcher {
  /** The agent's beat: flushes what waits, unless the flush before is still under way. */
  beat(beat: number): void;
  /** Takes nothing more, flushes what waits without waiting for beats, for `drainMs` at most, and gives the rest up. */
  drain(drainMs: number): Promise<void>;
}

/** What a batcher works with. */
export interface BatcherSurroundings {
  readonly agentId: string;
  /** No other batcher has it, over restarts too. */
  readonly keyPrefix: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly events: EventSink;
}

interface Entry<Item, Result> {
  readonly item: Item;
  readonly bytes: number;
  readonly addedMs: number;
  readonly settle: PromiseWithResolvers<Result>;
}

/** A batcher that has nothing yet. @throws EntrainError `invalid-argument` that names the option. */
export function createBatcher<Item, Result>(
  options: BatcherOptions<Item, Result>,
  surroundings: BatcherSurroundings,
): Batcher<Item, Result> & BeatenBatcher {
  return new BeatBatcher(checkBatcherOptions(options), surroundings);
}

class BeatBatcher<Item, Result> implements Batcher<Item, Result>, BeatenBatcher {
  readonly #options: TotalBatcherOptions<Item, Result>;
  readonly #world: BatcherSurroundings;
  readonly #budget: RetryBudget = createRetryBudget();
  /** Aborts when nothing is waited for any more. */
  readonly #ending = new AbortController();
  #entries: Entry<Item, Result>[] = [];
  #bytes = 0;
  #waiting: PromiseWithResolvers<undefined> | undefined;
  #flying: Promise<void> | undefined;
  #batches = 0;
  #closed = false;

  constructor(options: TotalBatcherOptions<Item, Result>, surroundings: BatcherSurroundings) {
    this.#options = options;
    this.#world = surroundings;
  }

  async add(item: Item, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Result> {
    if (signal?.aborted === true) throw cancelled();
    const entry = this.#accept(item);
    const onAbort = (): void => {
      this.#remove(entry);
      entry.settle.reject(cancelled());
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      return await entry.settle.promise;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async room(): Promise<void> {
    if (this.#closed) throw this.#stopped();
    if (this.#hasRoom()) return;
    this.#waiting ??= Promise.withResolvers<undefined>();
    await this.#waiting.promise;
  }

  pending(): number {
    return this.#entries.length;
  }

  beat(beat: number): void {
    if (!this.#closed && this.#flying === undefined && this.#entries.length > 0) void this.#flushNext(beat);
  }

  async drain(drainMs: number): Promise<void> {
    this.#closed = true;
    this.#waiting?.reject(this.#stopped());
    this.#waiting = undefined;
    const giveUp = (): void => {
      this.#ending.abort();
      for (const entry of this.#take(Infinity, Infinity)) entry.settle.reject(this.#stopped());
    };
    if (drainMs <= 0) giveUp();
    const callOff = this.#world.timers.after(drainMs, giveUp);
    while (this.#flying !== undefined || this.#entries.length > 0) await (this.#flying ?? this.#flushNext(undefined));
    callOff();
  }

  #accept(item: Item): Entry<Item, Result> {
    const { name, bytesMax, pendingMax, pendingBytesMax, bytesOf } = this.#options;
    if (this.#closed) throw this.#stopped();
    const bytes = bytesOf(item);
    if (!(bytes >= 0 && bytes <= bytesMax))
      throw EntrainError.invalid(
        "bytesOf(item)",
        bytes,
        `a flush of ${name} holds 0 to ${bytesMax} bytes: split the item`,
      );
    if (this.#entries.length >= pendingMax || this.#bytes + bytes > pendingBytesMax) {
      this.#world.events({ kind: "batch.refused", agentId: this.#world.agentId, batcher: name });
      const sentence = `${this.#entries.length} of ${pendingMax} items wait for ${name}: await room() before the next add`;
      throw new EntrainError("resource-exhausted", sentence, { field: name });
    }
    const entry = { item, bytes, addedMs: this.#world.clock.monoMs(), settle: Promise.withResolvers<Result>() };
    this.#entries.push(entry);
    this.#bytes += bytes;
    return entry;
  }

  /** For an item of any weight. */
  #hasRoom(): boolean {
    const { pendingMax, pendingBytesMax, bytesMax } = this.#options;
    return this.#entries.length < pendingMax && this.#bytes + bytesMax <= pendingBytesMax;
  }

  #remove(entry: Entry<Item, Result>): void {
    const index = this.#entries.indexOf(entry);
    if (index < 0) return;
    this.#entries.splice(index, 1);
    this.#freed(entry.bytes);
  }

  /** The oldest that fit into one flush: at least one. */
  #take(itemsMax: number, bytesMax: number): readonly Entry<Item, Result>[] {
    let bytes = 0;
    let count = 0;
    for (const entry of this.#entries) {
      if (count >= itemsMax || bytes + entry.bytes > bytesMax) break;
      bytes += entry.bytes;
      count += 1;
    }
    const taken = this.#entries.splice(0, count);
    this.#freed(bytes);
    return taken;
  }

  #freed(bytes: number): void {
    this.#bytes -= bytes;
    if (!this.#hasRoom()) return;
    this.#waiting?.resolve(undefined);
    this.#waiting = undefined;
  }

  #flushNext(beat: number | undefined): Promise<void> {
    const { itemsMax, bytesMax } = this.#options;
    const entries = this.#take(itemsMax, bytesMax);
    this.#batches += 1;
    const key = `${this.#world.keyPrefix}/${this.#options.name}/${this.#batches}`;
    const flying = this.#flush(entries, key, beat).finally(() => {
      this.#flying = undefined;
    });
    this.#flying = flying;
    return flying;
  }

  /** One batch, from its first attempt to the settling of its items; never rejects. */
  async #flush(entries: readonly Entry<Item, Result>[], key: string, beat: number | undefined): Promise<void> {
    const { clock, agentId, events } = this.#world;
    const startedMs = clock.monoMs();
    const { results, attempts } = await this.#attempted(
      entries.map(({ item }) => item),
      { key, beat },
    );
    let failed = 0;
    for (const [index, { settle }] of entries.entries()) {
      const result = results[index] as Result | Error;
      if (!(result instanceof Error)) settle.resolve(result);
      else {
        failed += 1;
        settle.reject(result);
      }
    }
    const waitedMs = startedMs - Math.min(...entries.map(({ addedMs }) => addedMs));
    const tookMs = clock.monoMs() - startedMs;
    const batch = { batcher: this.#options.name, items: entries.length, failed, attempts, waitedMs, tookMs };
    events({ kind: "batch.flushed", agentId, ...batch });
  }

  /** The results of the first attempt that comes to an end, or the last fault for every item. */
  async #attempted(
    items: readonly Item[],
    batch: { readonly key: string; readonly beat: number | undefined },
  ): Promise<{ readonly results: readonly (Result | Error)[]; readonly attempts: number }> {
    const { flush, attempts: attemptsMax, deadlineMs } = this.#options;
    const { timers } = this.#world;
    for (let attempt = 1; ; attempt++)
      try {
        const work = (signal: AbortSignal) => flush(items, { ...batch, attempt, signal });
        const results = await withinDeadline({ timers, deadlineMs, ending: this.#ending.signal }, work);
        this.#budget.succeeded();
        return { results: resultsOf(this.#options.name, results, items.length), attempts: attempt };
      } catch (thrown) {
        const isWorthIt = !(thrown instanceof EntrainError) || thrown.retryable;
        const isLast = attempt >= attemptsMax || this.#ending.signal.aborted || !isWorthIt;
        if (isLast || !this.#budget.take()) {
          const error = thrown instanceof Error ? thrown : EntrainError.from(thrown);
          return { results: items.map(() => error), attempts: attempt };
        }
        await this.#pause(attempt);
      }
  }

  /** Before the attempt after `attempt`; ends early when nothing is waited for any more. */
  async #pause(attempt: number): Promise<void> {
    const { timers, random } = this.#world;
    const pauseMs = this.#options.retryPauseMs * 2 ** (attempt - 1) * (0.5 + random.next() / 2);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const ending = this.#ending.signal;
    const onEnd = (): void => {
      resolve(undefined);
    };
    const callOff = timers.after(pauseMs, onEnd);
    ending.addEventListener("abort", onEnd, { once: true });
    await promise;
    callOff();
    ending.removeEventListener("abort", onEnd);
  }

  #stopped(): EntrainError {
    return new EntrainError("unavailable", `${this.#options.name} has stopped: nothing is flushed any more`);
  }
}

function cancelled(): EntrainError {
  return new EntrainError("cancelled", "the item was taken back by its signal");
}
