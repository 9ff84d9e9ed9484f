/**
 * A mesh of processes: every agent listens to somebody of each other process. Where some may lie and a certificate has one vote,
 * that is everything an agent can hear: whom it listens to is nobody's luck, and less than half of all voters are liars for all
 * agents alike or for none. A sample is not: of 8 neighbours among which three in ten lie, four or more lie to every fifth agent.
 */
import { compareIds } from "@entrain/kernel";
import type { Overlay } from "./overlay.ts";

/** What the mesh has to know of a member. */
interface Hosted {
  readonly agentId: string;
  readonly processId: string;
}

interface Place {
  readonly processId: string;
  /** Among the agents of the process, by their ids. */
  readonly rank: number;
}

/**
 * The mesh of the processes that host `members`; none within a process. Agents of two processes are paired by their rank, modulo
 * the smaller number: so the relation is symmetric, everybody has a neighbour in every other process, and between processes of
 * equal size just one. O(N log N) once, then O(neighbours) a call.
 */
export function createProcessMesh(members: Iterable<Hosted>): Overlay {
  const processes = new Map<string, string[]>();
  const places = new Map<string, Place>();
  for (const { agentId, processId } of [...members].sort((a, b) => compareIds(a.agentId, b.agentId))) {
    const hosted = processes.get(processId) ?? [];
    places.set(agentId, { processId, rank: hosted.length });
    hosted.push(agentId);
    processes.set(processId, hosted);
  }
  return {
    neighboursOf(agentId) {
      const place = places.get(agentId);
      if (place === undefined) return [];
      const own = processes.get(place.processId)?.length ?? 0;
      const chosen = [...processes].flatMap(([processId, others]) =>
        processId === place.processId ? [] : pairedWith(place.rank, own, others),
      );
      return chosen.sort(compareIds);
    },
  };
}

/** Of another process the agents that the one of `rank` among `own` is paired with. */
function pairedWith(rank: number, own: number, others: readonly string[]): readonly string[] {
  const modulus = Math.min(own, others.length);
  return others.filter((_, index) => index % modulus === rank % modulus);
}
