/**
 * What a bench gives: figures. A figure is a distribution (p50, p95, p99 over n samples) or a single number (in p50), measured
 * under the conditions that it names, where possible beside a peer measured under the same.
 */
import { quantile } from "@entrain/core/rhythm";

/** One figure; fields that do not apply are left out. */
export interface Figure {
  readonly suite: string;
  readonly name: string;
  /** What varied and what held: rate, number of agents, link. */
  readonly conditions: string;
  readonly unit: string;
  /** The median, or the number itself where there is just one. */
  readonly p50: number;
  readonly p95?: number;
  readonly p99?: number;
  /** Samples. */
  readonly n: number;
  /** What it is compared with, and the peer's own p50: "name: number". */
  readonly peer?: string;
  /** This figure's p50 over the peer's. */
  readonly ratio?: number;
}

/** A peer's median, for comparison. */
export interface Peer {
  readonly name: string;
  readonly p50: number;
}

type Named = Pick<Figure, "suite" | "name" | "conditions" | "unit">;

/** A figure of one number. */
export function single(named: Named, value: number, n: number, peer?: Peer): Figure {
  return { ...named, p50: rounded(value), n, ...comparison(value, peer) };
}

/** A figure of a distribution. @throws Error without samples: a bench that measured nothing has failed. */
export function distribution(named: Named, samples: readonly number[], peer?: Peer): Figure {
  const p50 = quantile(samples, 0.5);
  const p95 = quantile(samples, 0.95);
  const p99 = quantile(samples, 0.99);
  if (p50 === undefined || p95 === undefined || p99 === undefined) throw new Error(`${named.name}: no samples`);
  const n = samples.length;
  return { ...named, p50: rounded(p50), p95: rounded(p95), p99: rounded(p99), n, ...comparison(p50, peer) };
}

function comparison(value: number, peer: Peer | undefined): Pick<Figure, "peer" | "ratio"> {
  if (peer === undefined) return {};
  const told = { peer: `${peer.name}: ${rounded(peer.p50)}` };
  return peer.p50 === 0 ? told : { ...told, ratio: rounded(value / peer.p50) };
}

/** Four significant digits: more is noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
