/**
 * Peak load: the most beats in any window of T/60 over the least possible number. Sixty windows fill a period and hold N
 * beats, so some window holds at least ⌈N/60⌉ however the beats are spread: 1 is perfect.
 */

/** Peak load of `firedNs`, the firings of `agents` agents under one period; undefined for no firings. */
export function peakLoad(firedNs: readonly number[], periodNs: number, agents: number): number | undefined {
  if (firedNs.length === 0) return undefined;
  const windowNs = periodNs / 60;
  const sorted = firedNs.toSorted((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [index, fired] of sorted.entries()) {
    while (fired - (sorted[first] ?? fired) >= windowNs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most / Math.max(1, Math.ceil(agents / 60));
}
