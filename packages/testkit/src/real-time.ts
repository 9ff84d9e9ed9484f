/** The machine's clocks and timers for tests that talk to real servers. */
import type { Clock, Timers } from "@entrain/ports";

/** The process's own clocks. */
export const realClock: Clock = {
  monoNs: () => performance.now() * 1e6,
  monoMs: () => performance.now(),
  unixMs: () => performance.timeOrigin + performance.now(),
};

/** Node's timers; a test that waits for nothing else ends. */
export const realTimers: Timers = {
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs).unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
