/** The members of the swarm that are alive, and where they stand, as one agent of this process knows it. */
import { seenCycle } from "@entrain/core/rhythm";
import type { Clock } from "@entrain/ports";
import type { Replica } from "./agent-picker.ts";
import type { HostLoops } from "./host-loops.ts";

/** None while the host does not run. */
export function replicasSeen(loops: HostLoops | undefined, agentId: string, clock: Clock): readonly Replica[] {
  const state = loops?.rhythm.stateOf(agentId);
  if (loops === undefined || state === undefined) return [];
  const nowNs = clock.monoNs();
  return loops.membership.alive().map(({ agentId: id, address }) => ({
    agentId: id,
    address,
    cycle: seenCycle(state, id, nowNs),
  }));
}
