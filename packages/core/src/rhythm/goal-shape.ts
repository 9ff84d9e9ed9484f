/**
 * What a goal looks like around the cycle: how far behind the common reference each agent beats. With the reference held
 * by all, every goal is a matter of places: none (sync), even ones (spread), m of them (cluster), or an arc just wide
 * enough for the wanted order parameter (coherence; feedback on a local estimate of R settles far off it).
 */
import type { GoalKind } from "./goal.ts";
import { unplannedPlace, type Place } from "./slot-plan.ts";

/** The part of a goal that says where agents are to be. */
export interface Shape {
  readonly kind: GoalKind;
  readonly groups?: number;
  readonly coherence?: number;
}

/** Cycles in [0, 1) by which an agent beats after the reference; an agent without a place stands by its hash. */
export function shapeOffset(shape: Shape, agentId: string, place: Place | undefined): number {
  switch (shape.kind) {
    case "sync":
      return 0;
    case "spread":
      return place === undefined ? unplannedPlace(agentId) : fraction(place.rank / place.size + place.turnCycles);
    case "cluster":
      return clusterOffset(shape.groups ?? 1, agentId, place);
    case "coherence":
      return place === undefined
        ? unplannedPlace(agentId) * arcOf(shape.coherence ?? 1, arcPoints)
        : place.rank * spacingOf(shape.coherence ?? 1, place.size);
  }
}

/** The order parameter of `count` phases `spacing` cycles apart: |sin(π N d) / (N sin(π d))|. */
export function coherenceOfArc(spacing: number, count: number): number {
  const half = Math.sin(Math.PI * spacing);
  return Math.abs(half) < 1e-15 ? 1 : Math.abs(Math.sin(Math.PI * count * spacing) / (count * half));
}

/** Neighbouring ranks share a group, so that churn moves only those at a group's edge. */
function clusterOffset(groups: number, agentId: string, place: Place | undefined): number {
  const share = place === undefined ? unplannedPlace(agentId) : place.rank / place.size;
  return Math.min(Math.floor(share * groups), groups - 1) / groups;
}

/** Points that stand for "very many" where the size of the swarm is unknown. */
const arcPoints = 1_000;

function arcOf(target: number, count: number): number {
  return spacingOf(target, count) * count;
}

/** The spacing in 0..1/N (cycles) at which N phases in a row have the coherence `target`; R falls with it. */
function spacingOf(target: number, count: number): number {
  if (count < 2) return 0;
  let narrow = 0;
  let wide = 1 / count;
  for (let round = 0; round < 50; round++) {
    const middle = (narrow + wide) / 2;
    if (coherenceOfArc(middle, count) > target) narrow = middle;
    else wide = middle;
  }
  return (narrow + wide) / 2;
}

function fraction(cycles: number): number {
  return cycles - Math.floor(cycles);
}
