/**
 * One process's hold on a shared rate: a token bucket that fills at the leased share, a bounded queue of who waits, and
 * the loop that refreshes the share. Taking asks the store nothing.
 *
 * What it uses ends by its own monotonic clock, a lease after the *sending* of the last refresh that was answered, so
 * never later than the store's own end of it (as L4).
 */
import { EntrainError, type Random } from "@entrain/kernel";
import {
  createBucket,
  grantBucket,
  rateTimings,
  takeFromBucket,
  waitMsOf,
  wantedMilli,
  type Bucket,
  type RateAnswer,
} from "@entrain/core/rate";
import type { Clock, EventSink, RateStore, Timers } from "@entrain/ports";

/** Takes that wait at once. */
const waitersMax = 10_000;

/** How to take. */
export interface TakeOptions {
  /** How many at once (default 1). */
  readonly units?: number;
  /** Longest wait, ms (default 1,000). */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A rate that the whole fleet shares. */
export interface SharedRate {
  /**
   * Waits, first come first served, until the fleet's rate allows it.
   * @throws EntrainError `deadline-exceeded`, `cancelled`, `resource-exhausted` where 10,000 wait, `invalid-argument`
   */
  take(options?: TakeOptions): Promise<void>;
  /** Takes now or not at all; never before anybody who waits. */
  tryTake(units?: number): boolean;
  /**
   * This process's present share, requests per second; how many takes wait; and the rate of the whole fleet, as the store
   * judged by at the last refresh.
   */
  status(): { readonly perSecond: number; readonly waiting: number; readonly limitPerSecond: number };
}

/** What it needs. */
export interface SharedRateOptions {
  readonly store: RateStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly events: EventSink;
  /** Unique for each process and start. */
  readonly holderId: string;
  readonly name: string;
  /** What the process asks with until the store has answered by which limit it judges. */
  readonly limitMilli: number;
  readonly burstMs: number;
}

interface Waiter {
  readonly units: number;
  readonly settle: (error?: EntrainError) => void;
}

/** The hold; it asks for a share from its first take on. */
export class RateHold implements SharedRate {
  readonly #options: SharedRateOptions;
  readonly #waiters = new Set<Waiter>();
  #bucket: Bucket;
  #limitMilli: number;
  #askedUnits = 0;
  #takenUnits = 0;
  #refreshedMs = 0;
  #wantsMilli = 0;
  #sequence = 0;
  #failures = 0;
  #started = false;
  #stopped = false;
  #callOffRefresh: (() => void) | undefined;
  #callOffPump: (() => void) | undefined;

  constructor(options: SharedRateOptions) {
    this.#options = options;
    this.#bucket = createBucket(options.burstMs);
    this.#limitMilli = options.limitMilli;
  }

  async take({ units = 1, timeoutMs = 1_000, signal }: TakeOptions = {}): Promise<void> {
    if (!(Number.isFinite(timeoutMs) && timeoutMs >= 0))
      throw EntrainError.invalid("timeoutMs", timeoutMs, "give a number of ms from 0");
    if (signal?.aborted === true) throw cancelled(this.#options.name);
    if (this.tryTake(units)) return;
    if (this.#waiters.size >= waitersMax)
      throw new EntrainError("resource-exhausted", `${waitersMax} takes wait for the rate ${this.#options.name}`);
    await this.#wait(units, timeoutMs, signal);
  }

  tryTake(units = 1): boolean {
    if (!(Number.isSafeInteger(units) && units >= 1))
      throw EntrainError.invalid("units", units, "give a whole number from 1");
    if (this.#stopped) throw cancelled(this.#options.name);
    this.#askedUnits += units;
    this.#start();
    return this.#waiters.size === 0 && this.#takeNow(units);
  }

  status(): { readonly perSecond: number; readonly waiting: number; readonly limitPerSecond: number } {
    const perSecond = this.#heldMilli() / 1_000;
    return { perSecond, waiting: this.#waiters.size, limitPerSecond: this.#limitMilli / 1_000 };
  }

  /** Gives the share back; whoever waits is refused. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#callOffRefresh?.();
    this.#callOffPump?.();
    for (const waiter of this.#waiters) waiter.settle(cancelled(this.#options.name));
    if (!this.#started) return;
    const { store, name, holderId } = this.#options;
    // A share that cannot be given back ends with its lease.
    await store.release(name, holderId).catch(() => undefined);
  }

  #wait(units: number, timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const onAbort = (): void => {
      waiter.settle(cancelled(this.#options.name));
    };
    const callOff = this.#options.timers.after(timeoutMs, () => {
      waiter.settle(late(this.#options.name, timeoutMs));
    });
    const waiter: Waiter = {
      units,
      settle: (error) => {
        this.#waiters.delete(waiter);
        callOff();
        signal?.removeEventListener("abort", onAbort);
        if (error === undefined) resolve(undefined);
        else reject(error);
      },
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#waiters.add(waiter);
    this.#pump();
    return promise;
  }

  #takeNow(units: number): boolean {
    const bucket = takeFromBucket(this.#bucket, units, this.#options.clock.monoMs());
    if (bucket === undefined) return false;
    this.#bucket = bucket;
    this.#takenUnits += units;
    return true;
  }

  /** Serves the queue as far as the bucket goes, and comes back when it has filled for the next. */
  #pump(): void {
    this.#callOffPump?.();
    this.#callOffPump = undefined;
    for (const waiter of this.#waiters) {
      if (!this.#takeNow(waiter.units)) {
        const waitMs = waitMsOf(this.#bucket, waiter.units, this.#options.clock.monoMs());
        if (waitMs === undefined || this.#stopped) return;
        this.#callOffPump = this.#options.timers.after(Math.max(1, Math.ceil(waitMs)), () => {
          this.#pump();
        });
        return;
      }
      waiter.settle();
    }
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#refreshedMs = this.#options.clock.monoMs();
    void this.#refresh();
  }

  async #refresh(): Promise<void> {
    const { store, clock, name, holderId, limitMilli } = this.#options;
    const sentMs = clock.monoMs();
    const demand = {
      askedUnits: this.#askedUnits,
      waitingUnits: [...this.#waiters].reduce((sum, { units }) => sum + units, 0),
      elapsedMs: sentMs - this.#refreshedMs,
      previousMilli: this.#wantsMilli,
    };
    const wantsMilli = wantedMilli(demand, this.#limitMilli);
    this.#sequence += 1;
    const request = { holderId, sequence: this.#sequence, hasMilli: this.#heldMilli(), wantsMilli, limitMilli };
    try {
      const answer = await store.refresh(name, request);
      this.#askedUnits -= demand.askedUnits;
      this.#refreshedMs = sentMs;
      this.#wantsMilli = wantsMilli;
      this.#failures = 0;
      this.#takeIn(answer, sentMs);
      this.#tell(true);
    } catch {
      // The share goes on to the end of its lease; the store's health tells of the rest.
      this.#failures += 1;
      this.#tell(false);
      this.#schedule(Math.min(rateTimings.refreshMs, rateTimings.settlingMs * 2 ** Math.min(this.#failures, 8)));
    }
  }

  #takeIn({ grantedMilli, settled, limitMilli }: RateAnswer, sentMs: number): void {
    this.#limitMilli = limitMilli;
    const nowMs = this.#options.clock.monoMs();
    this.#bucket = grantBucket(this.#bucket, grantedMilli, sentMs + rateTimings.leaseMs, nowMs);
    if (!this.#stopped) this.#pump();
    // All that it wanted, and still somebody waits: it wanted too little.
    const grows = this.#waiters.size > 0 && grantedMilli >= this.#wantsMilli && grantedMilli < limitMilli;
    this.#schedule(settled && !grows ? rateTimings.refreshMs : rateTimings.settlingMs);
  }

  #tell(ok: boolean): void {
    const taken = this.#takenUnits;
    this.#takenUnits = 0;
    const { perSecond, waiting } = this.status();
    this.#options.events({ kind: "rate.refreshed", rate: this.#options.name, ok, perSecond, waiting, taken });
  }

  #schedule(pauseMs: number): void {
    if (this.#stopped) return;
    const { timers, random } = this.#options;
    this.#callOffRefresh = timers.after(pauseMs * (0.9 + 0.2 * random.next()), () => void this.#refresh());
  }

  #heldMilli(): number {
    return this.#options.clock.monoMs() < this.#bucket.untilMs ? this.#bucket.milliPerSecond : 0;
  }
}

function late(name: string, timeoutMs: number): EntrainError {
  return new EntrainError("deadline-exceeded", `the rate ${name} did not allow it within ${timeoutMs} ms`, {
    remedy: "send less, wait longer, or raise the rate",
  });
}

function cancelled(name: string): EntrainError {
  return new EntrainError("cancelled", `the wait for the rate ${name} was given up`);
}
