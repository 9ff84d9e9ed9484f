/** Who is to be told what: the overlay between agents, seen from one process. */
import type { MemberRecord } from "@entrain/core/membership";

/** The routes of one process for one view of the members. */
export interface Routing {
  /** The processes that host neighbours of own agents, by process id. */
  readonly peers: ReadonlyMap<string, { readonly address: string }>;
  /** For each peer process, which of the speaking own agents it listens to. */
  listenersOf(speakers: readonly string[]): ReadonlyMap<string, readonly string[]>;
  /** Own agents that listen to an own agent. */
  ownListenersOf(speaker: string): readonly string[];
  /** Own agents that listen to a remote agent. */
  hearersOf(remoteAgentId: string): readonly string[];
}

/** The routes of `processId` among `members` by a symmetric relation of neighbours. */
export function createRouting(
  processId: string,
  members: readonly MemberRecord[],
  neighboursOf: (agentId: string) => readonly string[],
): Routing {
  const byId = new Map(members.map((member) => [member.agentId, member]));
  const peers = new Map<string, { address: string }>();
  const processesOf = new Map<string, Set<string>>();
  const ownListeners = new Map<string, string[]>();
  const hearers = new Map<string, string[]>();

  for (const own of members.filter((member) => member.processId === processId)) {
    for (const id of neighboursOf(own.agentId)) {
      const other = byId.get(id);
      if (other === undefined) continue;
      if (other.processId === processId) {
        append(ownListeners, own.agentId, id);
        continue;
      }
      peers.set(other.processId, { address: other.address });
      append(hearers, id, own.agentId);
      const processes = processesOf.get(own.agentId) ?? new Set();
      processesOf.set(own.agentId, processes.add(other.processId));
    }
  }

  return {
    peers,
    listenersOf(speakers) {
      const told = new Map<string, string[]>();
      for (const speaker of speakers)
        for (const process of processesOf.get(speaker) ?? []) append(told, process, speaker);
      return told;
    },
    ownListenersOf: (speaker) => ownListeners.get(speaker) ?? [],
    hearersOf: (remoteAgentId) => hearers.get(remoteAgentId) ?? [],
  };
}

function append(lists: Map<string, string[]>, key: string, item: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
