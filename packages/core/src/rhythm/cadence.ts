/** The cadence a swarm really keeps, against the period it was told to keep. */
import { referenceNs, type BeatReport } from "./beat-spread.ts";
import { medianOf } from "./order-parameter.ts";

/** A measured cadence error with its standard error, both in parts per million of the commanded period. */
export interface Cadence {
  /** (measured period / commanded period − 1) · 10⁶ */
  readonly errorPpm: number;
  readonly standardErrorPpm: number;
}

/** A beat counts where at least this share of the most that reported any beat have reported it. */
const completeShare = 0.75;

/**
 * Least-squares slope of the median firing instant over the beat's number. Undefined for fewer than three beats, from
 * which no standard error follows. Reports of one goal version only. A beat at the window's edge, which only its earliest
 * or latest agents are known to have fired, has another median than the whole swarm would: it would tilt the line, by
 * 200 ppm for each millisecond in a window of five beats, and is left out.
 */
export function cadenceErrorPpm(reports: readonly BeatReport[], periodNs: number): Cadence | undefined {
  const firings = new Map<number, number[]>();
  for (const report of reports) {
    const known = firings.get(report.beat);
    if (known === undefined) firings.set(report.beat, [referenceNs(report)]);
    else known.push(referenceNs(report));
  }
  const most = Math.max(...[...firings.values()].map(({ length }) => length));
  const complete = [...firings].filter(([, instants]) => instants.length >= completeShare * most);
  const points = complete.map(([beat, instants]) => ({ x: beat, y: medianOf(instants) ?? 0 }));
  if (points.length < 3) return undefined;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + (y - (points[0]?.y ?? 0)), 0) / points.length + (points[0]?.y ?? 0);
  const squares = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / squares;
  const residuals = points.reduce((sum, { x, y }) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  const standardError = Math.sqrt(residuals / (points.length - 2) / squares);
  return { errorPpm: (slope / periodNs - 1) * 1e6, standardErrorPpm: (standardError / periodNs) * 1e6 };
}
