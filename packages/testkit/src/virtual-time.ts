/**
 * Clocks and timers that stand still until the test moves them. Between two instants everything that was promised has
 * happened: before the next timer fires, all microtasks have run. So a minute of a loop's life takes milliseconds, and
 * each run of a test sees the same order of events.
 */
import type { Clock, Timers } from "@entrain/ports";

interface PendingTimer {
  readonly atMs: number;
  readonly sequence: number;
  readonly callback: () => void;
}

/** Virtual clocks, their timers, and the hand that moves them. */
export interface VirtualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Resolves in virtual time: `delayMs` after now. */
  readonly sleep: (delayMs: number) => Promise<void>;
  /** Moves time on by `ms`, firing each timer at its instant, in order; those of one instant in the order they were set. */
  advance(ms: number): Promise<void>;
  /**
   * Moves time on until the promise is settled, and returns its outcome.
   * @throws Error if it is still not settled after `limitMs` (default 600,000), or no timer is left to wait for.
   */
  until<T>(promise: Promise<T>, limitMs?: number): Promise<T>;
  /** Timers that have not fired. */
  pendingTimers(): number;
}

/** Virtual time that begins at monotonic 0 and the given wall time (default: 2026-01-01, Unix ms). */
export function createVirtualTime(startUnixMs = 1_767_225_600_000): VirtualTime {
  const pending = new Set<PendingTimer>();
  let nowMs = 0;
  let sequence = 0;

  const timers: Timers = {
    after(delayMs, callback) {
      const timer = { atMs: nowMs + Math.max(0, delayMs), sequence: sequence++, callback };
      pending.add(timer);
      return () => pending.delete(timer);
    },
  };

  function next(): PendingTimer | undefined {
    let first: PendingTimer | undefined;
    for (const timer of pending)
      if (
        first === undefined ||
        timer.atMs < first.atMs ||
        (timer.atMs === first.atMs && timer.sequence < first.sequence)
      )
        first = timer;
    return first;
  }

  /** Everything that is due by promise alone happens before an immediate does. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  /** Fires the next timer if it is due by `untilMs`; false if there is none. */
  async function fireNext(untilMs: number): Promise<boolean> {
    const timer = next();
    if (timer === undefined || timer.atMs > untilMs) return false;
    pending.delete(timer);
    nowMs = timer.atMs;
    timer.callback();
    await settle();
    return true;
  }

  return {
    clock: { monoMs: () => nowMs, monoNs: () => nowMs * 1e6, unixMs: () => startUnixMs + nowMs },
    timers,
    sleep: (delayMs) =>
      new Promise((resolve) => {
        timers.after(delayMs, resolve);
      }),
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settle();
      while (await fireNext(untilMs));
      nowMs = untilMs;
    },
    async until(promise, limitMs = 600_000) {
      const untilMs = nowMs + limitMs;
      const outcome = { settled: false };
      const note = (): void => {
        outcome.settled = true;
      };
      void promise.then(note, note);
      await settle();
      while (!outcome.settled) {
        if (await fireNext(untilMs)) continue;
        throw new Error(`not settled at virtual ${nowMs} ms, and nothing is due by ${untilMs} ms`);
      }
      return promise;
    },
    pendingTimers: () => pending.size,
  };
}
