/**
 * The offset between two monotonic clocks from four timestamps per exchange. Queueing only ever adds delay, so an exchange is
 * the less certain the longer its round trip is beyond the shortest (NTP's clock filter, RFC 5905 §10). NTP believes the
 * fastest alone; here all of the last exchanges are averaged, each weighted by the inverse of its variance, and the average
 * is kept within what the best one allows: half its round trip (Marzullo, Owicki 1983). In simulated swarms that halved the
 * spread that the fastest alone left.
 */
import { medianOf } from "./order-parameter.ts";

/**
 * What an exchange loses in certainty per second of age: 1 ms and more. Clocks drift apart by 200 ppm at most, but one's own
 * drift tilts all of one's offsets the same way, where the errors of single exchanges average out over the neighbours.
 */
const ageNsPerNs = 3_000e-6;
/** Exchanges that differ by less than this are equally certain, ns: a timestamp is no better. */
const certaintyNs = 20e3;

/** One exchange: sent at t1 (mine), received at t2 (the peer's), answered at t3 (the peer's), received at t4 (mine), ns. */
export interface ClockExchange {
  readonly t1: number;
  readonly t2: number;
  readonly t3: number;
  readonly t4: number;
}

/** The filter of one peer; keeps the last exchanges only. */
export interface ClockFilter {
  /** Takes an exchange in; one that runs backwards in time is ignored. */
  add(exchange: ClockExchange): void;
  /** The peer's clock minus mine, ns; undefined before the first exchange. */
  offsetNs(): number | undefined;
}

interface Kept {
  readonly offsetNs: number;
  readonly halfTripNs: number;
  readonly atNs: number;
}

/** A filter over the last `depth` exchanges. */
export function createClockFilter(depth = 16): ClockFilter {
  const kept: Kept[] = [];
  let believedNs: number | undefined;
  return {
    add({ t1, t2, t3, t4 }) {
      const roundTripNs = t4 - t1 - (t3 - t2);
      if (!(t4 >= t1 && t3 >= t2 && roundTripNs >= 0)) return;
      kept.push({ offsetNs: (t2 - t1 + (t3 - t4)) / 2, halfTripNs: roundTripNs / 2, atNs: t4 });
      if (kept.length > depth) kept.shift();
      const best = bestOf(kept, t4);
      const average = averageOf(kept, t4);
      believedNs = Math.min(best.offsetNs + best.halfTripNs, Math.max(best.offsetNs - best.halfTripNs, average));
    },
    offsetNs: () => believedNs,
  };
}

function ageNs({ atNs }: Kept, nowNs: number): number {
  return ageNsPerNs * (nowNs - atNs);
}

/** Of equally good ones the youngest. */
function bestOf(kept: readonly Kept[], nowNs: number): Kept {
  const badness = (exchange: Kept): number => exchange.halfTripNs + ageNs(exchange, nowNs);
  return kept.reduce((best, exchange) => (badness(exchange) <= badness(best) ? exchange : best));
}

/** The average by certainty: how much longer than the shortest it took, and than the usual one, and how old it is. */
function averageOf(kept: readonly Kept[], nowNs: number): number {
  const shortestNs = kept.reduce((least, { halfTripNs }) => Math.min(least, halfTripNs), Infinity);
  const usualNs = Math.max(certaintyNs, (medianOf(kept.map(({ halfTripNs }) => halfTripNs)) ?? 0) - shortestNs);
  const base = kept[0]?.offsetNs ?? 0;
  let [weights, sum] = [0, 0];
  for (const exchange of kept) {
    const spreadNs = (exchange.halfTripNs - shortestNs + usualNs) / 2;
    const weight = 1 / (spreadNs ** 2 + ageNs(exchange, nowNs) ** 2);
    weights += weight;
    sum += weight * (exchange.offsetNs - base);
  }
  return base + sum / weights;
}
