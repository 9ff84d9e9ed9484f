/** When a recorded line is due: at its own pace since the first one, or faster, on the monotonic clock. */
import type { Clock, Signal, Timers } from "@entrain/ports";

/** The pace of one replay. */
export interface ReplayPace {
  /** Resolves when the line recorded at `atMs` (Unix ms) is due, at once if it is late; or when the signal aborts. */
  due(atMs: number): Promise<void>;
}

/** Longest delay that Node's timers take, ms. */
const delayMaxMs = 2_147_483_647;

/** `speed` 1: as recorded; 10: ten times as fast; 0: no waiting at all. */
export function createReplayPace(options: {
  readonly speed: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly signal?: Signal | undefined;
}): ReplayPace {
  const { speed, clock, timers, signal } = options;
  let first: { readonly recordedMs: number; readonly monoMs: number } | undefined;
  return {
    async due(atMs) {
      if (speed === 0) return;
      first ??= { recordedMs: atMs, monoMs: clock.monoMs() };
      const dueMs = first.monoMs + (atMs - first.recordedMs) / speed;
      for (let restMs = dueMs - clock.monoMs(); restMs > 0; restMs = dueMs - clock.monoMs()) {
        if (signal?.aborted === true) return;
        await elapsed(timers, Math.min(restMs, delayMaxMs), signal);
      }
    },
  };
}

function elapsed(timers: Timers, delayMs: number, signal: Signal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      callOff();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const callOff = timers.after(delayMs, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}
