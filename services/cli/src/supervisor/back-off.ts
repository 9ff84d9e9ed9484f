/** How long a service that died waits before it is started again. Pure, so that it can be tested by table. */

/** First wait, longest wait, and the life after which a death counts as the first one again, ms. */
export const backOffMs = { first: 250, longest: 10_000, stableLife: 30_000 } as const;

/**
 * The wait before the next start, ms: doubled with each short life in a row, with ±20 % jitter so that services that died
 * together do not start together.
 * @param shortLives lives in a row that ended before `stableLife`; 0 and 1 wait the shortest
 * @param chance 0..1, a random number
 */
export function restartDelayMs(shortLives: number, chance: number): number {
  const doubled = backOffMs.first * 2 ** Math.min(Math.max(shortLives - 1, 0), 16);
  return Math.round(Math.min(doubled, backOffMs.longest) * (0.8 + 0.4 * chance));
}
