/**
 * Who probes whom: neighbours in an overlay between processes, since a process answers for all of its agents. Everybody
 * computes it alike from the members, so that it is known how many votes about a process there can be.
 */
import { createOverlay } from "./overlay.ts";
import type { MemberRecord } from "./view.ts";

/** Probers of a process at most. */
const probersMax = 8;

/** A process to be probed. */
export interface ProbeTarget {
  readonly processId: string;
  /** host:port of its gRPC server. */
  readonly address: string;
  /** Its members that are alive. */
  readonly members: readonly MemberRecord[];
  /** Its other probers that nobody suspects: who may look in one's place. */
  readonly helpers: readonly Pick<ProbeTarget, "processId" | "address">[];
}

/** What `processId` probes among the members that are alive, in the order of process ids. */
export function planProbes(processId: string, alive: readonly MemberRecord[]): readonly ProbeTarget[] {
  const byProcess = Map.groupBy(alive, (member) => member.processId);
  const overlay = createOverlay(byProcess.keys(), probersMax);
  const place = (id: string) => ({ processId: id, address: byProcess.get(id)?.[0]?.address ?? "" });
  const isTrusted = (id: string): boolean => byProcess.get(id)?.every(({ suspect }) => suspect !== true) === true;
  return overlay.neighboursOf(processId).map((targetId) => ({
    ...place(targetId),
    members: byProcess.get(targetId) ?? [],
    helpers: overlay
      .neighboursOf(targetId)
      .filter((id) => id !== processId && isTrusted(id))
      .map(place),
  }));
}
