/** The window of R3: how long convergence must have lasted. */

/** W = clamp(5 T, 3 s, 30 s), ns. */
export function convergenceWindowNs(periodNs: number): number {
  return Math.min(Math.max(5 * periodNs, 3e9), 30e9);
}
