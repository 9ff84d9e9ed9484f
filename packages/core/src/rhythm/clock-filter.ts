/**
 * The offset between two monotonic clocks from four timestamps per exchange, by the sample of the least round trip
 * (NTP's clock filter, RFC 5905 §10): queueing only ever adds delay, so the fastest of the last exchanges is the truest.
 */

/**
 * What an exchange loses in worth per second of age: 1 ms of round trip more counts as half a second older. Clocks drift
 * apart by 200 ppm at most, but one's own drift tilts all of one's offsets the same way, where the errors of single
 * exchanges average out over the neighbours; simulated swarms were closest at about 1,000 ppm, by half against none.
 */
const ageWorth = 1_000e-6;

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
  /** The round trip of the exchange that the offset rests on, ns; undefined before the first exchange. */
  roundTripNs(): number | undefined;
}

/** A filter over the last `depth` exchanges, of which the fastest is believed, and of equally fast ones the youngest. */
export function createClockFilter(depth = 16): ClockFilter {
  const kept: { readonly offsetNs: number; readonly roundTripNs: number; readonly atNs: number }[] = [];
  let best: (typeof kept)[number] | undefined;
  const worthlessness = ({ roundTripNs, atNs }: (typeof kept)[number], nowNs: number): number =>
    roundTripNs / 2 + ageWorth * (nowNs - atNs);
  return {
    add({ t1, t2, t3, t4 }) {
      const roundTripNs = t4 - t1 - (t3 - t2);
      if (!(t4 >= t1 && t3 >= t2 && roundTripNs >= 0)) return;
      kept.push({ offsetNs: (t2 - t1 + (t3 - t4)) / 2, roundTripNs, atNs: t4 });
      if (kept.length > depth) kept.shift();
      best = undefined;
      for (const sample of kept)
        if (best === undefined || worthlessness(sample, t4) <= worthlessness(best, t4)) best = sample;
    },
    offsetNs: () => best?.offsetNs,
    roundTripNs: () => best?.roundTripNs,
  };
}
