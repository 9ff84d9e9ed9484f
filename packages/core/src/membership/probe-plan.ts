/**
 * Who probes whom: neighbours in an overlay between processes, since a process answers for all of its agents. Everybody
 * computes it alike from the members, so that it is known how many votes about a process there can be. A process stands there
 * by its first agent: where each hosts one, its neighbours are those of the rhythm, whose frames spare the probes.
 */
import { compareIds } from "@entrain/kernel";
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
  const agentOf = new Map([...byProcess].map(([id, members]) => [id, firstOf(members)]));
  const processOf = new Map([...agentOf].map(([id, agentId]) => [agentId, id]));
  const overlay = createOverlay(processOf.keys(), probersMax);
  const neighboursOf = (id: string): readonly string[] =>
    overlay
      .neighboursOf(agentOf.get(id) ?? "")
      .map((agentId) => processOf.get(agentId) ?? "")
      .sort(compareIds);
  const place = (id: string) => ({ processId: id, address: byProcess.get(id)?.[0]?.address ?? "" });
  const isTrusted = (id: string): boolean => byProcess.get(id)?.every(({ suspect }) => suspect !== true) === true;
  return neighboursOf(processId).map((targetId) => ({
    ...place(targetId),
    members: byProcess.get(targetId) ?? [],
    helpers: neighboursOf(targetId)
      .filter((id) => id !== processId && isTrusted(id))
      .map(place),
  }));
}

/** The lowest id among the agents of a process. */
function firstOf(members: readonly MemberRecord[]): string {
  return members.map(({ agentId }) => agentId).reduce((first, id) => (compareIds(id, first) < 0 ? id : first));
}
