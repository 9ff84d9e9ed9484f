/**
 * Which beat has which place: from one beat on, an agent beats so much after the reference. A change of goal or plan is
 * one more entry with its first beat, so that every beat has exactly one place and fires exactly once (R5), however the
 * place moves.
 */

/** From `fromBeat` on, beat n falls at the reference count n + `offsetCycles`. */
export interface Placement {
  readonly fromBeat: number;
  readonly offsetCycles: number;
}

/** Rounding of a count must not make a timer miss its own beat, cycles. */
const roundingCycles = 1e-9;

/** One place for ever. */
export function placedAt(offsetCycles: number): readonly Placement[] {
  return [{ fromBeat: -Infinity, offsetCycles }];
}

/** How much a beat follows the reference, cycles. */
export function offsetOfBeat(placements: readonly Placement[], beat: number): number {
  for (let index = placements.length - 1; index >= 0; index--) {
    const placement = placements[index];
    if (placement !== undefined && placement.fromBeat <= beat) return placement.offsetCycles;
  }
  return 0;
}

/** The last beat that has come when the reference count is `cycle`. */
export function lastBeatBy(placements: readonly Placement[], cycle: number): number {
  let below = Infinity;
  for (let index = placements.length - 1; index >= 0; index--) {
    const placement = placements[index];
    if (placement === undefined) break;
    const beat = Math.min(Math.floor(cycle - placement.offsetCycles + roundingCycles), below);
    if (beat >= placement.fromBeat) return beat;
    below = placement.fromBeat - 1;
  }
  return Math.floor(cycle);
}

/** The placements with those from `later[0]` on replaced; what lies wholly before `lastBeat` is forgotten. */
export function replaced(
  placements: readonly Placement[],
  later: readonly Placement[],
  lastBeat: number,
): readonly Placement[] {
  const from = later[0]?.fromBeat ?? Infinity;
  const all: Placement[] = [];
  for (const placement of [...placements.filter(({ fromBeat }) => fromBeat < from), ...later])
    if (all.at(-1)?.offsetCycles !== placement.offsetCycles) all.push(placement);
  const first = all.findLastIndex(({ fromBeat }) => fromBeat <= lastBeat + 1);
  return first > 0 ? all.slice(first) : all;
}
