/**
 * Load as it is told: in steps, and only when it has moved by one. What is measured wavers all the time; each change that is told
 * is a write in the store, so a load that wavers within a step costs none.
 */

/** From one load that is told to the next. */
const step = 0.1;

/** What to tell, 0..1, of a load that was last told as `told` and is now measured as `measured`. */
export function steppedLoad(told: number, measured: number): number {
  const load = Math.min(1, Math.max(0, measured));
  // Told values are multiples of a step up to rounding: half of a thousandth forgives that.
  return Math.abs(load - told) < step - 0.0005 ? told : Math.round(load / step) / Math.round(1 / step);
}
