/**
 * The one timer of a process that must be exact: it wakes the rhythm loop at its next instant. Node's timers have a grain
 * of 1 ms and may fire early; so it is armed for the whole milliseconds that are left and armed again for the rest.
 * Spinning through the last millisecond is exact to 0.1 ms where a core is free, and ruins everybody's beat where none
 * is: so it is the caller's choice, instant by instant.
 */
import type { Clock, Timers } from "@entrain/ports";

/** Wakes once at the instant it was last armed for. */
export interface BeatTimer {
  /** Wakes at `atNs` of the clock, never before this call returns; replaces the instant armed before. */
  arm(atNs: number): void;
  disarm(): void;
}

/** A timer that calls `wake` not before its instant; `spin` says whether to burn the last millisecond. */
export function createBeatTimer(options: {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly wake: () => void;
  readonly spin: () => boolean;
}): BeatTimer {
  const { clock, timers, wake, spin } = options;
  let dueNs = Infinity;
  let callOff: (() => void) | undefined;

  const wait = (): void => {
    const leftMs = (dueNs - clock.monoNs()) / 1e6;
    const spins = spin();
    if (leftMs <= 0 || (leftMs < 1 && spins)) callOff = afterThisTurn(turn);
    else callOff = timers.after(spins ? leftMs - 1 : Math.max(1, Math.floor(leftMs)), turn);
  };
  const turn = (): void => {
    if (clock.monoNs() < dueNs) {
      wait();
      return;
    }
    callOff = undefined;
    dueNs = Infinity;
    wake();
  };

  return {
    arm(atNs) {
      if (atNs === dueNs) return;
      callOff?.();
      dueNs = atNs;
      wait();
    },
    disarm() {
      callOff?.();
      callOff = undefined;
      dueNs = Infinity;
    },
  };
}

function afterThisTurn(callback: () => void): () => void {
  const immediate = setImmediate(callback);
  return () => {
    clearImmediate(immediate);
  };
}
