/**
 * Convergence as R3 defines it for the goal sync: over a whole window W = clamp(5 T, 3 s, 30 s) every sampled coherence
 * is at least 0.99, the median spread of a beat at most max(5 ms, T/100), and the cadence error at most 250 ppm (or
 * within its standard error). Any join, leave or goal change restarts the window. The monitor only judges what an
 * observer measured; it never steers.
 */
import { cadenceErrorPpm } from "./cadence.ts";
import { convergenceWindowNs } from "./convergence-window.ts";
import { beatSpreads, type BeatReport } from "./beat-spread.ts";
import { coherence, maxGapRatio } from "./order-parameter.ts";
import { quantile } from "./quantile.ts";

const coherenceFloor = 0.99;
const cadenceLimitPpm = 250;

/** What the observer knows now; undefined where it has not measured enough. */
export interface ConvergenceReading {
  /** R of the latest sample, 0..1. */
  readonly coherence: number | undefined;
  readonly maxGapRatio: number | undefined;
  /** Quantiles of the beats' spread within the window, ms. */
  readonly spreadMs: { readonly p50: number | undefined; readonly p99: number | undefined };
  readonly cadenceErrorPpm: number | undefined;
  readonly converged: boolean;
  /** Start of the first converged window since the last restart, observer's monotonic ns. */
  readonly convergedSinceNs: number | undefined;
}

/** Judges one swarm from the outside; all instants are the observer's monotonic clock, ns. */
export interface ConvergenceMonitor {
  /** A join, a leave or a goal change: the window begins anew. */
  restart(nowNs: number, periodNs: number): void;
  /** All members' phases at one instant. */
  phases(nowNs: number, phasesRad: readonly number[]): void;
  beat(report: BeatReport): void;
  read(nowNs: number): ConvergenceReading;
}

/** A monitor that begins its window at `nowNs`. */
export function createConvergenceMonitor(nowNs: number, periodNs: number): ConvergenceMonitor {
  let period = periodNs;
  let windowNs = convergenceWindowNs(periodNs);
  let startedNs = nowNs;
  let convergedSinceNs: number | undefined;
  let latest: readonly number[] = [];
  let samples: { atNs: number; coherence: number }[] = [];
  let beats: BeatReport[] = [];

  const forget = (now: number): void => {
    samples = samples.filter((sample) => sample.atNs >= now - windowNs);
    beats = beats.filter((report) => report.firedNs >= now - windowNs);
  };

  return {
    restart(now, newPeriodNs) {
      period = newPeriodNs;
      windowNs = convergenceWindowNs(newPeriodNs);
      startedNs = now;
      convergedSinceNs = undefined;
      samples = [];
      beats = [];
    },
    phases(now, phasesRad) {
      latest = phasesRad;
      const value = coherence(phasesRad);
      if (value !== undefined) samples.push({ atNs: now, coherence: value });
    },
    beat(report) {
      if (report.firedNs >= startedNs) beats.push(report);
    },
    read(now) {
      forget(now);
      const spreads = beatSpreads(beats).map((ns) => ns / 1e6);
      const cadence = cadenceErrorPpm(beats, period);
      const p50 = quantile(spreads, 0.5);
      const converged =
        now - startedNs >= windowNs &&
        samples.length > 0 &&
        samples.every((sample) => sample.coherence >= coherenceFloor) &&
        (latest.length < 2 || (p50 !== undefined && p50 <= Math.max(5, period / 1e6 / 100))) &&
        cadence !== undefined &&
        Math.abs(cadence.errorPpm) <= Math.max(cadenceLimitPpm, cadence.standardErrorPpm);
      if (!converged) convergedSinceNs = undefined;
      else convergedSinceNs ??= now - windowNs;
      return {
        coherence: coherence(latest),
        maxGapRatio: maxGapRatio(latest),
        spreadMs: { p50, p99: quantile(spreads, 0.99) },
        cadenceErrorPpm: cadence?.errorPpm,
        converged,
        convergedSinceNs,
      };
    },
  };
}
