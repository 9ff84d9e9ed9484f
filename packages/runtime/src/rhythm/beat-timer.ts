/**
 * The one timer of a process that must be exact: it wakes the rhythm loop at its next instant. Node's timers wake at whole
 * milliseconds after they were set, and up to one later. So a timer is set for what is surely too early, and the rest is
 *
 * - dozed through on a futex, which a kernel ends within a tenth of a millisecond and which leaves the core to others. It
 *   holds the thread, so no more than a tenth of the time is spent so: who beats more often has the timer's grain;
 * - or spun through, which is exact where a core is free and ruins everybody's beat where none is: so it is the caller's
 *   choice, instant by instant;
 * - or, where neither is to be had, waited for by timers again.
 */
import type { Clock, Timers } from "@entrain/ports";

/** Wakes once at the instant it was last armed for. */
export interface BeatTimer {
  /** Wakes at `atNs` of the clock, never before this call returns; replaces the instant armed before. */
  arm(atNs: number): void;
  disarm(): void;
}

/** What a timer for beats needs. */
export interface BeatTimerOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Called not before the instant. */
  readonly wake: () => void;
  /** Burn the last millisecond. */
  readonly spin: () => boolean;
  /** Holds the thread for so long, ms, at no cost to others; without it the timer's grain is all there is. */
  readonly doze?: (ms: number) => void;
}

/** The longest doze, ms: a timer that is set this much too early is never late. */
const dozeMostMs = 2;
/** After a doze the thread is awake for so many times its length at least. */
const awakeTimes = 9;

/** A timer that is not armed. */
export function createBeatTimer({ clock, timers, wake, spin, doze }: BeatTimerOptions): BeatTimer {
  let dueNs = Infinity;
  let awakeUntilNs = -Infinity;
  let callOff: (() => void) | undefined;

  const wait = (): void => {
    const nowNs = clock.monoNs();
    const leftMs = (dueNs - nowNs) / 1e6;
    if (leftMs <= 0) callOff = afterThisTurn(turn);
    else if (spin()) callOff = leftMs < 1 ? afterThisTurn(turn) : timers.after(leftMs - 1, turn);
    else if (doze === undefined || dueNs - dozeMostMs * 1e6 < awakeUntilNs)
      callOff = timers.after(Math.max(1, Math.floor(leftMs)), turn);
    else if (leftMs <= dozeMostMs) callOff = afterThisTurn(dozeThrough);
    else callOff = timers.after(Math.floor(leftMs - 1), turn);
  };
  const dozeThrough = (): void => {
    const fromNs = clock.monoNs();
    const leftNs = dueNs - fromNs;
    if (leftNs > 0 && doze !== undefined) {
      doze(leftNs / 1e6);
      awakeUntilNs = dueNs + awakeTimes * leftNs;
    }
    turn();
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
