/** Where a hosted agent stands, as it is told to neighbours and observers. */
import { offsetCyclesOf, ownCycleAt, type RhythmState } from "@entrain/core/rhythm";
import type { PhaseSample } from "@entrain/ports";

/** The phase of an agent at an instant of the local monotonic clock, ns. */
export function phaseSample(agentId: string, incarnation: number, state: RhythmState, nowNs: number): PhaseSample {
  const { lineage, temperament } = state;
  return {
    ...{ agentId, incarnation, lineage, influence: temperament.influence },
    cycle: ownCycleAt(state, nowNs),
    offsetCycles: offsetCyclesOf(state),
  };
}
