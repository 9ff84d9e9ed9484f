/** The machine's own clocks and timers. */
import type { Clock, Timers } from "@entrain/ports";

/** Longest delay that Node's timers take, ms. */
const delayMaxMs = 2_147_483_647;
/** A difference to the wall clock beyond this means that somebody set it, ms. */
const wallStepMs = 50;

/**
 * CLOCK_MONOTONIC since the creation of this clock, and the wall clock as an anchor plus the monotonic clock: exact to
 * the microsecond and without the wall's small corrections. It is anchored anew when the wall was set.
 */
export function createSystemClock(): Clock {
  const startMs = performance.now();
  const monoMs = (): number => performance.now() - startMs;
  const monoNs = (): number => Math.round(monoMs() * 1e6);
  let anchorUnixMs = performance.timeOrigin + performance.now() - monoMs();
  return {
    monoNs,
    monoMs,
    unixMs() {
      const anchored = anchorUnixMs + monoMs();
      const wall = Date.now();
      if (Math.abs(wall - anchored) <= wallStepMs) return anchored;
      anchorUnixMs = wall - monoMs();
      return wall;
    },
  };
}

/** Node's timers. They do not keep the process alive: what keeps a service alive is its sockets. */
export const systemTimers: Timers = {
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), delayMaxMs));
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
