/**
 * Pauses between attempts: full jitter, a uniform draw from zero to a bound that doubles up to a cap (M. Brooker, "Exponential
 * Backoff And Jitter", AWS Architecture Blog, 2015), so those who failed together do not come back together.
 */
import type { Random } from "@entrain/kernel";

/**
 * The pause after the attempt with that number.
 * @param attempt 1 for the first
 * @param bounds first and longest bound, ms
 * @returns whole ms
 */
export function fullJitterMs(
  attempt: number,
  random: Random,
  bounds: { readonly first: number; readonly most: number },
): number {
  const bound = Math.min(bounds.most, bounds.first * 2 ** Math.max(0, attempt - 1));
  return Math.floor(random.next() * (bound + 1));
}
