/** Arithmetic on the circle, in cycles: one turn is 1. */

/** The same angle in [-0.5, 0.5). */
export function wrapCycles(cycles: number): number {
  return cycles - Math.floor(cycles + 0.5);
}

/** Weighted mean direction of angles (cycles) and how well they agree, 0..1; undefined for no weight. */
export function meanDirection(
  angles: readonly { readonly cycles: number; readonly weight: number }[],
): { readonly cycles: number; readonly agreement: number } | undefined {
  let sine = 0;
  let cosine = 0;
  let total = 0;
  for (const { cycles, weight } of angles) {
    sine += weight * Math.sin(2 * Math.PI * cycles);
    cosine += weight * Math.cos(2 * Math.PI * cycles);
    total += weight;
  }
  if (total <= 0) return undefined;
  return { cycles: Math.atan2(sine, cosine) / (2 * Math.PI), agreement: Math.min(1, Math.hypot(sine, cosine) / total) };
}

/** Weighted median of real numbers, the mean of the two in the middle where the weight splits evenly. */
export function weightedMedian(
  values: readonly { readonly value: number; readonly weight: number }[],
): number | undefined {
  const sorted = values.filter(({ weight }) => weight > 0).sort((a, b) => a.value - b.value);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let below = 0;
  for (const [index, { value, weight }] of sorted.entries()) {
    below += weight;
    if (below > half) return value;
    if (below === half) return (value + (sorted[index + 1]?.value ?? value)) / 2;
  }
  return undefined;
}

/** An arc that holds some of the angles. */
export interface Arc {
  /** Mean of the angles in it, cycles in [-0.5, 0.5). */
  readonly meanCycles: number;
  readonly widthCycles: number;
}

/** The shortest arc that holds `count` of the angles (cycles); undefined where there are fewer. */
export function shortestArc(cycles: readonly number[], count: number): Arc | undefined {
  const sorted = cycles.map(wrapCycles).sort((a, b) => a - b);
  const { length } = sorted;
  if (count < 1 || length < count) return undefined;
  const at = (index: number): number => (sorted[index % length] ?? 0) + Math.floor(index / length);
  let start = 0;
  let widthCycles = Infinity;
  for (let index = 0; index < length; index++) {
    const arc = at(index + count - 1) - at(index);
    if (arc < widthCycles) [start, widthCycles] = [index, arc];
  }
  let sum = 0;
  for (let index = start; index < start + count; index++) sum += at(index);
  return { meanCycles: wrapCycles(sum / count), widthCycles };
}

/**
 * The shorth on the circle: the shortest arc that holds more than half of the angles (Andrews et al. 1972, on the line).
 * Less than half of the angles, placed however cleverly, cannot move its mean out of the others' arc.
 */
export function circularShorth(cycles: readonly number[]): Arc | undefined {
  return shortestArc(cycles, (cycles.length >> 1) + 1);
}
