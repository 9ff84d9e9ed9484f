/**
 * A lineage is whose time the swarm keeps: the flooded reference, named by the epoch in which it was founded and by its
 * founder. Where two meet, the older one stands, so that a newcomer never drags an established swarm; within one
 * lineage nobody is in charge, the neighbours' median holds it.
 */
import { compareIds } from "@entrain/kernel";

/** The name of a flooded reference. */
export interface Lineage {
  /** Wall clock of its founding, Unix ms; a name, never compared with a clock. */
  readonly epochUnixMs: number;
  readonly founderId: string;
}

/** True where `a` stands against `b`: founded earlier, or at the same epoch by the lower id. */
export function isOlderLineage(a: Lineage, b: Lineage | undefined): boolean {
  if (b === undefined) return true;
  if (a.epochUnixMs !== b.epochUnixMs) return a.epochUnixMs < b.epochUnixMs;
  return compareIds(a.founderId, b.founderId) < 0;
}

/** True where both name the same founding. */
export function isSameLineage(a: Lineage, b: Lineage | undefined): boolean {
  return b !== undefined && a.epochUnixMs === b.epochUnixMs && a.founderId === b.founderId;
}
