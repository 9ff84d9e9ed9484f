/** One instant on both of the console's clocks, so that durations stay monotonic and names get a wall-clock reading. */

/** Now, as data. */
export interface Instant {
  /** Monotonic, ns. */
  readonly monoNs: number;
  /** Wall clock anchored to the monotonic one, Unix ms with fractions. */
  readonly unixMs: number;
}

/** The wall-clock reading of a monotonic instant (ns), Unix ms, exact to the microsecond. */
export function unixMsAt(now: Instant, monoNs: number): number {
  return Math.round((now.unixMs + (monoNs - now.monoNs) / 1e6) * 1e3) / 1e3;
}
