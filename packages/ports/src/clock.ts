/** The world's clocks and timers, as a port, so that loops run in real and in virtual time alike. */

/** Two clocks that must never be confused: one for durations, one for names and displays. */
export interface Clock {
  /** Monotonic, ns since an arbitrary start; exact to the ns for 104 days. */
  monoNs(): number;
  /** Monotonic, ms since the same start. */
  monoMs(): number;
  /** Wall clock, Unix ms with fractions. */
  unixMs(): number;
}

/** One-shot timers. */
export interface Timers {
  /** Calls `callback` once, not before `delayMs` ms from now; the returned function calls it off. */
  after(delayMs: number, callback: () => void): () => void;
}
