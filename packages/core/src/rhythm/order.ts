/** How well phases are ordered for what a goal aims at: one number, its verdict, and how far it is from perfect. */
import { coherenceTolerance } from "./goal-check.ts";
import type { GoalRecord } from "./goal.ts";
import { clusterCoherence, coherence, maxGapRatio } from "./order-parameter.ts";

/** What is aimed at. */
export type Aim = Pick<GoalRecord, "kind" | "periodNs" | "groups" | "coherence">;

/** The order of one instant. */
export interface Order {
  /** sync and coherence: R; cluster: the m-th order parameter; spread: the max-gap ratio. */
  readonly value: number;
  /** The value is within R3's bound. */
  readonly holds: boolean;
  /** Distance from the perfect value; the larger, the worse. */
  readonly deviation: number;
}

const coherenceFloor = 0.99;
const gapRatioLimit = 1.1;
/** Groups may differ from the even size by this share, or by one member. */
const groupSizeTolerance = 0.1;

/** The order of phases (rad) for an aim; undefined for no phases. */
export function orderOf(aim: Aim, phasesRad: readonly number[]): Order | undefined {
  switch (aim.kind) {
    case "sync":
      return judged(coherence(phasesRad), 1, (value) => value >= coherenceFloor);
    case "coherence": {
      const target = aim.coherence ?? 1;
      return judged(coherence(phasesRad), target, (value) => Math.abs(value - target) <= coherenceTolerance);
    }
    case "spread":
      return judged(maxGapRatio(phasesRad), 1, (value) => value <= gapRatioLimit);
    case "cluster": {
      const groups = aim.groups ?? 1;
      const even = groupsAreEven(phasesRad, groups);
      return judged(clusterCoherence(phasesRad, groups), 1, (value) => value >= coherenceFloor && even);
    }
  }
}

function judged(value: number | undefined, perfect: number, holds: (value: number) => boolean): Order | undefined {
  if (value === undefined) return undefined;
  return { value, holds: holds(value), deviation: Math.abs(value - perfect) };
}

/** Whether the m places, turned as the phases lie, hold about as many members each. */
function groupsAreEven(phasesRad: readonly number[], groups: number): boolean {
  let sine = 0;
  let cosine = 0;
  for (const phase of phasesRad) {
    sine += Math.sin(groups * phase);
    cosine += Math.cos(groups * phase);
  }
  const turn = Math.atan2(sine, cosine) / groups;
  const sizes = new Array<number>(groups).fill(0);
  for (const phase of phasesRad) {
    const nearest = Math.round(((phase - turn) / (2 * Math.PI)) * groups);
    const group = ((nearest % groups) + groups) % groups;
    sizes[group] = (sizes[group] ?? 0) + 1;
  }
  const even = phasesRad.length / groups;
  return sizes.every((size) => Math.abs(size - even) <= Math.max(1, groupSizeTolerance * even));
}
