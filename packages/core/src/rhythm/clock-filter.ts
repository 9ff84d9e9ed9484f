/**
 * The offset between two monotonic clocks from four timestamps per exchange, by the sample of the least round trip
 * (NTP's clock filter, RFC 5905 §10): queueing only ever adds delay, so the fastest of the last exchanges is the truest.
 */

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

/** A filter over the last `depth` exchanges (at 2/s the default of 16 looks 8 s back: 100 ppm of drift are 0.8 ms at worst). */
export function createClockFilter(depth = 16): ClockFilter {
  const kept: { offsetNs: number; roundTripNs: number }[] = [];
  const best = (): { offsetNs: number; roundTripNs: number } | undefined =>
    kept.reduce<(typeof kept)[number] | undefined>(
      (least, sample) => (least === undefined || sample.roundTripNs <= least.roundTripNs ? sample : least),
      undefined,
    );
  return {
    add({ t1, t2, t3, t4 }) {
      const roundTripNs = t4 - t1 - (t3 - t2);
      if (!(t4 >= t1 && t3 >= t2 && roundTripNs >= 0)) return;
      kept.push({ offsetNs: (t2 - t1 + (t3 - t4)) / 2, roundTripNs });
      if (kept.length > depth) kept.shift();
    },
    offsetNs: () => best()?.offsetNs,
    roundTripNs: () => best()?.roundTripNs,
  };
}
