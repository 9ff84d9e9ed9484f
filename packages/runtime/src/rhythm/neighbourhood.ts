/**
 * Who listens to whom, as every process computes it alike from the members and the goal's trust. Trusted, a few neighbours are
 * enough, for a reference floods. Untrusted, the neighbours are a vote: up to 64 processes everybody hears all of them, beyond
 * that four times as many as otherwise (docs/goals.md says what that holds against), of which two are others each minute, so that
 * nobody stays among liars.
 */
import { createOverlay, createProcessMesh, type MemberRecord, type Overlay } from "@entrain/core/membership";
import { neighbourLimit, type Trust } from "@entrain/core/rhythm";

/** Processes up to which each hears each other one under an untrusted goal. */
const meshProcessesMax = 64;

/** How often an untrusted overlay draws a ring anew, ms. */
const redrawnEveryMs = 60_000;

/** The number of the overlay that holds at an instant of the clock that all agree on; the neighbours are of one number. */
export function overlayEpoch(trust: Trust | undefined, agreedUnixMs: number): number {
  return trust === "untrusted" ? Math.floor(agreedUnixMs / redrawnEveryMs) : 0;
}

/** The neighbours of each member. */
export function neighbourhoodOf(
  members: readonly MemberRecord[],
  trust: Trust | undefined,
  { batched, epoch }: { readonly batched: boolean; readonly epoch: number },
): Overlay {
  const ids = members.map(({ agentId }) => agentId);
  const usual = neighbourLimit(members.length, batched);
  if (trust !== "untrusted") return createOverlay(ids, usual);
  const processes = new Set(members.map(({ processId }) => processId));
  if (processes.size > meshProcessesMax) return createOverlay(ids, 4 * usual, epoch);
  const [mesh, overlay] = [createProcessMesh(members), createOverlay(ids, usual)];
  return {
    neighboursOf: (agentId) => [...new Set([...mesh.neighboursOf(agentId), ...overlay.neighboursOf(agentId)])],
  };
}
