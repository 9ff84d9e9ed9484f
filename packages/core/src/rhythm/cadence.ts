/**
 * The cadence a swarm really keeps, against the period it was told to keep. It is measured on the continuous count of
 * cycles, not on firings: a timer that comes late says nothing about the rhythm, and in a window of five beats one late
 * beat would tilt the line by thousands of ppm. How late beats fire is what the spread tells.
 */

/** A measured cadence error with its standard error, both in parts per million of the commanded period. */
export interface Cadence {
  /** (measured period / commanded period − 1) · 10⁶ */
  readonly errorPpm: number;
  readonly standardErrorPpm: number;
}

/** Where the swarm stood at one instant of the observer's monotonic clock: beats plus fraction. */
export interface CycleSample {
  readonly atNs: number;
  readonly cycle: number;
}

/**
 * Least-squares slope of the instant over the count of cycles. Undefined for fewer than three samples, from which no
 * standard error follows, and while the count stands still.
 */
export function cadenceErrorPpm(samples: readonly CycleSample[], periodNs: number): Cadence | undefined {
  const [first] = samples;
  if (first === undefined || samples.length < 3) return undefined;
  // Relative to the first sample and to the commanded line, so that no digits are lost.
  const points = samples.map(({ atNs, cycle }) => {
    const x = cycle - first.cycle;
    return { x, y: atNs - first.atNs - x * periodNs };
  });
  const meanX = mean(points.map(({ x }) => x));
  const meanY = mean(points.map(({ y }) => y));
  const squares = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  if (squares === 0) return undefined;
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / squares;
  const residuals = points.reduce((sum, { x, y }) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  const standardError = Math.sqrt(residuals / (points.length - 2) / squares);
  return { errorPpm: (slope / periodNs) * 1e6, standardErrorPpm: (standardError / periodNs) * 1e6 };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
