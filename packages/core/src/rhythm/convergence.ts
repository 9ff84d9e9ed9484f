/**
 * Convergence as R3 defines it, for every goal: over a whole window W = clamp(5 T, 3 s, 30 s) every sampled order holds
 * (R ≥ 0.99, or |R − R*| ≤ 0.05, or max-gap ratio ≤ 1.1, or m even groups), the median spread of a beat against the
 * agents' slots is at most max(5 ms, T/100), and the cadence error at most 250 ppm (or within its standard error). Any
 * join, leave or goal change restarts the window.
 *
 * Each restart is a disturbance; how far the order fell after it and when it was back are recorded. One that comes before
 * the one before it is over goes on with that, as long as the goal is the same: five agents that die one after the other are
 * one disturbance. The monitor only judges what an observer measured; it never steers.
 */
import { cadenceErrorPpm, type CycleSample } from "./cadence.ts";
import { convergenceWindowNs } from "./convergence-window.ts";
import { beatSpreads, type BeatReport } from "./beat-spread.ts";
import { coherence, maxGapRatio, medianOf, phaseOfCycle } from "./order-parameter.ts";
import { orderOf, type Aim, type Order } from "./order.ts";
import { quantile } from "./quantile.ts";

const cadenceLimitPpm = 250;
/** Disturbances that are remembered. */
const recoveriesMax = 16;

/** One disturbance and what became of it; instants are the observer's monotonic clock, ns. */
export interface Recovery {
  readonly disturbedNs: number;
  /** The worst order since: R, the m-th order parameter or the max-gap ratio; undefined before the first sample. */
  readonly worst: number | undefined;
  /** When the order held again, and has held since; undefined while it does not. */
  readonly heldSinceNs: number | undefined;
  /** Start of the first converged window: from then on it is over. */
  readonly convergedSinceNs: number | undefined;
}

/** What the observer knows now; undefined where it has not measured enough. */
export interface ConvergenceReading {
  /** R of the latest sample, 0..1. */
  readonly coherence: number | undefined;
  readonly maxGapRatio: number | undefined;
  /** The order that the goal is about, of the latest sample. */
  readonly order: Order | undefined;
  /** Quantiles of the beats' spread within the window, ms. */
  readonly spreadMs: { readonly p50: number | undefined; readonly p99: number | undefined };
  readonly cadenceErrorPpm: number | undefined;
  readonly converged: boolean;
  /** Start of the first converged window since the last restart, observer's monotonic ns. */
  readonly convergedSinceNs: number | undefined;
  /** The last disturbances, oldest first; the last one is the restart that the window counts from. */
  readonly recoveries: readonly Recovery[];
}

/** Judges one swarm from the outside; all instants are the observer's monotonic clock, ns. */
export interface ConvergenceMonitor {
  /** A join, a leave or a goal change: the window begins anew. */
  restart(nowNs: number, aim: Aim): void;
  /** What was measured since the last restart was not under this aim: the disturbance, if it is not over, and the window begin now. */
  postpone(nowNs: number, aim: Aim): void;
  /**
   * All members' own counts of cycles at one instant, and the reference counts that those follow by their slots (default:
   * the same): a slot that moves is no change of cadence.
   */
  cycles(nowNs: number, cycles: readonly number[], references?: readonly number[]): void;
  beat(report: BeatReport): void;
  read(nowNs: number): ConvergenceReading;
}

interface Sample extends CycleSample {
  readonly order: Order;
}

type OpenRecovery = { -readonly [Field in keyof Recovery]: Recovery[Field] } & { readonly aim: Aim; deviation: number };

/** A monitor that begins its window at `nowNs`. */
export function createConvergenceMonitor(nowNs: number, firstAim: Aim): ConvergenceMonitor {
  let aim = firstAim;
  let windowNs = convergenceWindowNs(firstAim.periodNs);
  let windowFromNs = nowNs;
  /** Start of the converged window under way. */
  let convergedSinceNs: number | undefined;
  let open = disturbed(nowNs, firstAim);
  let recoveries = [open];
  let latest: readonly number[] = [];
  let samples: Sample[] = [];
  let beats: BeatReport[] = [];

  function beginWindow(now: number, newAim: Aim): void {
    aim = newAim;
    windowNs = convergenceWindowNs(newAim.periodNs);
    windowFromNs = now;
    convergedSinceNs = undefined;
    samples = [];
    beats = [];
  }

  function beginRecovery(now: number, newAim: Aim): void {
    open = disturbed(now, newAim);
    recoveries = [...recoveries, open].slice(-recoveriesMax);
  }

  const isOver = (): boolean => open.convergedSinceNs !== undefined;

  return {
    restart(now, newAim) {
      if (isOver() || !isSameAim(open.aim, newAim)) beginRecovery(now, newAim);
      beginWindow(now, newAim);
    },
    postpone(now, newAim) {
      if (!isOver()) recoveries = recoveries.slice(0, -1);
      beginRecovery(now, newAim);
      beginWindow(now, newAim);
    },
    cycles(now, cycles, references = cycles) {
      latest = cycles.map(phaseOfCycle);
      const order = orderOf(aim, latest);
      const cycle = medianOf(references);
      if (order === undefined || cycle === undefined) return;
      samples.push({ atNs: now, cycle, order });
      if (open.deviation < order.deviation) {
        open.deviation = order.deviation;
        open.worst = order.value;
      }
      open.worst ??= order.value;
      if (order.holds) open.heldSinceNs ??= now;
      else open.heldSinceNs = undefined;
    },
    beat(report) {
      if (report.firedNs >= windowFromNs) beats.push(report);
    },
    read(now) {
      samples = samples.filter(({ atNs }) => atNs >= now - windowNs);
      beats = beats.filter(({ firedNs }) => firedNs >= now - windowNs);
      const measured = measure(aim, latest, samples, beats);
      const isFull = now - windowFromNs >= windowNs && samples.length > 0;
      const converged = isFull && samples.every(({ order }) => order.holds) && measured.beatsHold;
      convergedSinceNs = converged ? (convergedSinceNs ?? now - windowNs) : undefined;
      open.convergedSinceNs ??= convergedSinceNs;
      const { spreadMs, cadence } = measured;
      return {
        coherence: coherence(latest),
        maxGapRatio: maxGapRatio(latest),
        order: orderOf(aim, latest),
        spreadMs,
        cadenceErrorPpm: cadence?.errorPpm,
        converged,
        convergedSinceNs,
        recoveries: recoveries.map(({ deviation: _, aim: _aim, ...recovery }) => recovery),
      };
    },
  };
}

function isSameAim(one: Aim, other: Aim): boolean {
  return (
    one.kind === other.kind &&
    one.periodNs === other.periodNs &&
    one.groups === other.groups &&
    one.coherence === other.coherence
  );
}

function disturbed(nowNs: number, aim: Aim): OpenRecovery {
  return {
    aim,
    disturbedNs: nowNs,
    worst: undefined,
    heldSinceNs: undefined,
    convergedSinceNs: undefined,
    deviation: -Infinity,
  };
}

/** Spread and cadence of the window, and whether they are within R3's bounds. */
function measure(
  { periodNs }: Aim,
  latest: readonly number[],
  samples: readonly CycleSample[],
  beats: readonly BeatReport[],
) {
  const spreads = beatSpreads(beats).map((ns) => ns / 1e6);
  const cadence = cadenceErrorPpm(samples, periodNs);
  const p50 = quantile(spreads, 0.5);
  const spreadHolds = latest.length < 2 || (p50 !== undefined && p50 <= Math.max(5, periodNs / 1e6 / 100));
  const cadenceHolds =
    cadence !== undefined && Math.abs(cadence.errorPpm) <= Math.max(cadenceLimitPpm, cadence.standardErrorPpm);
  return { spreadMs: { p50, p99: quantile(spreads, 0.99) }, cadence, beatsHold: spreadHolds && cadenceHolds };
}
