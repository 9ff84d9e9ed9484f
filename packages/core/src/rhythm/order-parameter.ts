/** Order parameters of a set of phases (Kuramoto 1975; Strogatz 2000) and the evenness of their gaps. */

const fullTurn = 2 * Math.PI;

/** Phase θ in [0, 2π) of a cycle count. */
export function phaseOfCycle(cycle: number): number {
  const phase = (cycle - Math.floor(cycle)) * fullTurn;
  return phase < fullTurn ? phase : 0;
}

/** Coherence R = |Σ e^{iθ}| / N in 0..1; undefined for no phases. */
export function coherence(phasesRad: readonly number[]): number | undefined {
  if (phasesRad.length === 0) return undefined;
  let sine = 0;
  let cosine = 0;
  for (const phase of phasesRad) {
    sine += Math.sin(phase);
    cosine += Math.cos(phase);
  }
  return Math.min(1, Math.hypot(sine, cosine) / phasesRad.length);
}

/** Daido's m-th order parameter |Σ e^{imθ}| / N: 1 where all phases stand in m even places; undefined for no phases. */
export function clusterCoherence(phasesRad: readonly number[], groups: number): number | undefined {
  return coherence(phasesRad.map((phase) => groups * phase));
}

/** Largest gap between neighbouring phases over 2π/N: 1 is perfectly even, N is all in one place; undefined for none. */
export function maxGapRatio(phasesRad: readonly number[]): number | undefined {
  const sorted = phasesRad.toSorted((a, b) => a - b);
  const [first] = sorted;
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return undefined;
  let widest = first + fullTurn - last;
  for (let index = 1; index < sorted.length; index++)
    widest = Math.max(widest, (sorted[index] ?? 0) - (sorted[index - 1] ?? 0));
  return (widest * sorted.length) / fullTurn;
}

/** Median of real numbers, the mean of the middle two for an even count; undefined for none. */
export function medianOf(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? 0)) / 2;
}
