/**
 * Load balancing by phase: who has work at its beat has least of it half a period away. Of a few candidates drawn by chance
 * the one that is furthest from its own beat is taken (the power of two choices: Mitzenmacher 2001); the best of all would be
 * the same for every caller, and so the busiest.
 */
import type { Random } from "@entrain/kernel";

/** How far a beat count is from the nearest beat, cycles: 0 at the beat, 0.5 half a period away. */
export function distanceToBeat(cycle: number): number {
  const phase = cycle - Math.floor(cycle);
  return Math.min(phase, 1 - phase);
}

/**
 * One of the candidates; undefined where there is none.
 * @param choices how many are drawn, from 1 (chance alone); as many as there are, or more: the best of all
 */
export function pickFurthest<Candidate extends { readonly cycle: number }>(
  candidates: readonly Candidate[],
  choices: number,
  random: Random,
): Candidate | undefined {
  const left = [...candidates];
  let best: Candidate | undefined;
  for (let drawn = 0; drawn < choices && left.length > 0; drawn++) {
    const [candidate] = left.splice(random.int(left.length), 1);
    if (candidate === undefined) break;
    if (best === undefined || distanceToBeat(candidate.cycle) > distanceToBeat(best.cycle)) best = candidate;
  }
  return best;
}
