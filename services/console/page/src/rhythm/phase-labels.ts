/**
 * The names around the phase circle: which points are named together, and where a name stands so that it lies inside the
 * canvas and never on its point. Names lean outwards by their phase, smoothly: points go round, and names must not jump.
 */
import type { PhasePoint } from "./phase-board.ts";

/** Names closer than this would be written over each other, rad. */
const nearRad = 0.2;
/** From a point to where its name begins, px: the point's own size (8 at most) and half a line of text fit between. */
const gapPx = 22;
/** Kept free at the canvas's edge, px. */
const edgePx = 2;
/** A name that leans this much to a side stands wholly beyond its point; share of the radius. */
const besideFrom = 2 / 3;

/** Points that are too close to be named one by one, as one name. */
export interface PhaseLabel {
  readonly phaseRad: number;
  readonly text: string;
}

/** The names of the points, in the order in which the points came. */
export function labelsOf(points: readonly PhasePoint[]): readonly PhaseLabel[] {
  const groups: { phaseRad: number; agentIds: string[] }[] = [];
  for (const { phaseRad, agentId } of points) {
    const near = groups.find((group) => Math.cos(group.phaseRad - phaseRad) > Math.cos(nearRad));
    if (near === undefined) groups.push({ phaseRad, agentIds: [agentId] });
    else near.agentIds.push(agentId);
  }
  return groups.map(({ phaseRad, agentIds: [first = "", ...more] }) => {
    return { phaseRad, text: more.length === 0 ? first : countText(more.length + 1) };
  });
}

/** All that may come to be written beside these points, however they are gathered. */
export function possibleTexts(points: readonly PhasePoint[]): readonly string[] {
  return [...points.map(({ agentId }) => agentId), countText(points.length)];
}

const countText = (agents: number): string => `${agents} agents`;

/** The circle and the room for names around it, px. */
export interface LabelRoom {
  readonly radius: number;
  /** A wider name is drawn as narrow as this. */
  readonly widthMax: number;
}

/** Room for names as wide as `widest` on a canvas whose side is `size`, px; a quarter of it at most. */
export function roomFor(widest: number, size: number): LabelRoom {
  const widthMax = Math.min(widest, size / 4);
  return { radius: Math.max(0, size / 2 - widthMax - gapPx - edgePx), widthMax };
}

/** Where a name of this width begins, its line in the middle of `y`; from the circle's centre, px. */
export function labelAt(phaseRad: number, radius: number, width: number): { readonly x: number; readonly y: number } {
  const [outwards, upwards] = [Math.sin(phaseRad), Math.cos(phaseRad)];
  const lean = Math.min(1, Math.max(-1, outwards / besideFrom));
  return { x: outwards * (radius + gapPx) - (width * (1 - lean)) / 2, y: -upwards * (radius + gapPx) };
}
