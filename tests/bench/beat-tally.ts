/**
 * The beats of a swarm of processes on one host, by their numbers. All processes of a host share one monotonic clock
 * (`process.hrtime`), so instants of different processes can be compared to the microsecond.
 */

/** One process's share of a beat; instants are ns after the common origin. */
export interface BeatShare {
  readonly beat: number;
  count: number;
  earliestNs: number;
  latestNs: number;
  sumNs: number;
  /** Sums of cosine and sine of the phase at the firing, by the commanded period. */
  cosine: number;
  sine: number;
}

/** Gathers the firings of one process. */
export class BeatTally {
  readonly #originNs: bigint;
  readonly #periodNs: number;
  readonly #shares = new Map<number, BeatShare>();

  constructor(originNs: bigint, periodMs: number) {
    this.#originNs = originNs;
    this.#periodNs = periodMs * 1e6;
  }

  /** An agent fires this beat now. */
  fired(beat: number): void {
    const atNs = Number(process.hrtime.bigint() - this.#originNs);
    const angle = (2 * Math.PI * atNs) / this.#periodNs;
    const share = this.#shares.get(beat) ?? {
      ...{ beat, count: 0, earliestNs: Infinity, latestNs: -Infinity, sumNs: 0, cosine: 0, sine: 0 },
    };
    share.count += 1;
    share.earliestNs = Math.min(share.earliestNs, atNs);
    share.latestNs = Math.max(share.latestNs, atNs);
    share.sumNs += atNs;
    share.cosine += Math.cos(angle);
    share.sine += Math.sin(angle);
    this.#shares.set(beat, share);
  }

  shares(): readonly BeatShare[] {
    return [...this.#shares.values()];
  }
}

/** The beats of all processes together, in their order. */
export function wholeBeats(shares: Iterable<BeatShare>): readonly BeatShare[] {
  const whole = new Map<number, BeatShare>();
  for (const share of shares) {
    const known = whole.get(share.beat);
    if (known === undefined) {
      whole.set(share.beat, { ...share });
      continue;
    }
    known.count += share.count;
    known.earliestNs = Math.min(known.earliestNs, share.earliestNs);
    known.latestNs = Math.max(known.latestNs, share.latestNs);
    known.sumNs += share.sumNs;
    known.cosine += share.cosine;
    known.sine += share.sine;
  }
  return [...whole.values()].sort((a, b) => a.beat - b.beat);
}

/** Latest minus earliest firing, ms. */
export function spreadMsOf({ earliestNs, latestNs }: BeatShare): number {
  return (latestNs - earliestNs) / 1e6;
}

/** Order parameter of the firings. */
export function coherenceOf({ cosine, sine, count }: BeatShare): number {
  return Math.hypot(cosine, sine) / count;
}

/** (measured period / commanded period − 1) · 10⁶ over these beats: least squares of their mean instants. */
export function cadencePpmOf(beats: readonly BeatShare[], periodMs: number): number {
  const points = beats.map(({ beat, sumNs, count }) => ({ x: beat, y: sumNs / count }));
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const products = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const squares = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return (products / squares / (periodMs * 1e6) - 1) * 1e6;
}
