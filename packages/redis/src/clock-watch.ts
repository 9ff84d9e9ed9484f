/**
 * Compares Redis's clock with the process's monotonic clock, exchange by exchange: leases are judged by the one, a holder's
 * deadline by the other, so a jump of Redis's clock beyond the lease's margin is treated as a loss of writes (S1).
 *
 * An exchange bounds the difference of the clocks from both sides, however slow it was; only bounds that exclude each
 * other prove a jump.
 */

/** Remembers the last exchange. */
export interface ClockWatch {
  /**
   * Takes an exchange in: sent and received by the monotonic clock, the answer by Redis's TIME, all in ms. Returns the
   * least jump that explains it against the previous one, ms: 0 where none is needed.
   */
  observe(sentMs: number, storeMs: number, receivedMs: number): number;
}

/** A watch that has seen nothing. */
export function createClockWatch(): ClockWatch {
  let last: { readonly least: number; readonly most: number } | undefined;
  return {
    observe(sentMs, storeMs, receivedMs) {
      const offset = { least: storeMs - receivedMs, most: storeMs - sentMs };
      const before = last ?? offset;
      last = offset;
      return Math.max(0, offset.least - before.most, before.least - offset.most);
    },
  };
}
