/** How closely the members of a swarm fire one beat: latest minus earliest firing, beat by beat. */

/** One firing, timed on the observer's monotonic clock. */
export interface BeatReport {
  readonly agentId: string;
  readonly goalVersion: number;
  readonly beat: number;
  /** Observer's monotonic clock, ns. */
  readonly firedNs: number;
}

/** Spread (ns) of every beat that at least two agents fired, by (goalVersion, beat) in order of first report. */
export function beatSpreads(reports: readonly BeatReport[]): number[] {
  const beats = new Map<string, { earliest: number; latest: number; count: number }>();
  for (const { goalVersion, beat, firedNs } of reports) {
    const name = `${goalVersion}:${beat}`;
    const known = beats.get(name);
    if (known === undefined) beats.set(name, { earliest: firedNs, latest: firedNs, count: 1 });
    else {
      known.earliest = Math.min(known.earliest, firedNs);
      known.latest = Math.max(known.latest, firedNs);
      known.count += 1;
    }
  }
  return [...beats.values()].filter((beat) => beat.count > 1).map((beat) => beat.latest - beat.earliest);
}
