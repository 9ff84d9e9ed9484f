/** A clock and timers that a test moves by hand. */
import type { Clock, Timers } from "@entrain/ports";
import { epochUnixMs } from "./facts.ts";

/** Time that stands still until it is told to pass. */
export interface ManualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Lets `ms` pass; timers that become due run in their order. */
  pass(ms: number): void;
  /** Timers that are set. */
  pending(): number;
}

/** Time at 0. */
export function createManualTime(): ManualTime {
  let nowMs = 0;
  let set: { readonly dueMs: number; readonly callback: () => void }[] = [];
  return {
    clock: { monoNs: () => nowMs * 1e6, monoMs: () => nowMs, unixMs: () => epochUnixMs + nowMs },
    timers: {
      after(delayMs, callback) {
        const timer = { dueMs: nowMs + delayMs, callback };
        set.push(timer);
        return () => {
          set = set.filter((other) => other !== timer);
        };
      },
    },
    pass(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        const next = set.toSorted((a, b) => a.dueMs - b.dueMs)[0];
        if (next === undefined || next.dueMs > untilMs) break;
        set = set.filter((other) => other !== next);
        nowMs = next.dueMs;
        next.callback();
      }
      nowMs = untilMs;
    },
    pending: () => set.length,
  };
}
