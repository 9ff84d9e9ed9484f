/**
 * Where another agent of the swarm stands now, as far as one agent can tell: by the neighbour's own word, carried on along
 * the commanded period, or, for those that it does not hear, by the place that goal and plan give them.
 */
import { shapeOffset } from "./goal-shape.ts";
import { cycleAt } from "./oscillator.ts";
import { inForceAt, ownCycleAt, type RhythmState } from "./rhythm-state.ts";

/** A neighbour's word is good for so long, periods, and at least for the pause between two frames, ns. */
const wordKept = { periods: 3, ns: 2e9 } as const;

/** The beat count of `agentId` at a local instant, by `state`, which is another agent's, or its own. */
export function seenCycle(state: RhythmState, agentId: string, nowNs: number): number {
  if (agentId === state.agentId) return ownCycleAt(state, nowNs);
  const { periodNs } = state.goal;
  const sample = state.samples.find((heard) => heard.agentId === agentId);
  if (sample !== undefined && nowNs - sample.atNs <= Math.max(wordKept.ns, wordKept.periods * periodNs))
    return sample.cycle + (nowNs - sample.atNs) / periodNs;
  const beat = state.lastBeat + 1;
  const place = inForceAt(state.plans, beat)?.placeOf(agentId);
  return cycleAt(state.oscillator, nowNs) - shapeOffset(inForceAt(state.shapes, beat) ?? state.goal, agentId, place);
}
