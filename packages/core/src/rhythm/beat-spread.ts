/**
 * How closely the members of a swarm fire one beat: latest minus earliest firing, beat by beat, each against the agent's
 * own slot.
 */

/** One firing, timed on the observer's monotonic clock. */
export interface BeatReport {
  readonly agentId: string;
  readonly goalVersion: number;
  readonly beat: number;
  /** Observer's monotonic clock, ns. */
  readonly firedNs: number;
  /** The agent's slot: how much later than the swarm's reference its beat was meant to fall, ns (default 0). */
  readonly offsetNs?: number;
}

/** When the reference itself would have fired, had this agent kept its slot exactly, ns. */
function referenceNs({ firedNs, offsetNs = 0 }: BeatReport): number {
  return firedNs - offsetNs;
}

/** Spread (ns) of every beat that at least two agents fired, by (goalVersion, beat) in order of first report. */
export function beatSpreads(reports: readonly BeatReport[]): number[] {
  const beats = new Map<string, { earliest: number; latest: number; count: number }>();
  for (const report of reports) {
    const { goalVersion, beat } = report;
    const atNs = referenceNs(report);
    const name = `${goalVersion}:${beat}`;
    const known = beats.get(name);
    if (known === undefined) beats.set(name, { earliest: atNs, latest: atNs, count: 1 });
    else {
      known.earliest = Math.min(known.earliest, atNs);
      known.latest = Math.max(known.latest, atNs);
      known.count += 1;
    }
  }
  return [...beats.values()].filter((beat) => beat.count > 1).map((beat) => beat.latest - beat.earliest);
}
