/**
 * The overlay: a random regular graph that everybody computes alike from the list of members. It is the union of k/2
 * rings; in each ring the members stand in the order of a hash of their id under that ring's salt. Such unions of
 * random cycles are expanders almost surely (Friedman 2008), so phases spread in O(log N) hops and nothing gets stuck
 * in a twisted state, as rings and small worlds do. A join or leave touches two neighbours a ring and nobody else.
 */
import { compareIds, hash32 } from "@entrain/kernel";

/** Keeps the salts of a ring's later drawings apart from those of the other rings. */
const redrawnSalt = 1_000_003;

/** Who listens to whom among a fixed set of members. */
export interface Overlay {
  /** The neighbours of a member, in the order of their ids; none for a stranger. The relation is symmetric. */
  readonly neighboursOf: (agentId: string) => readonly string[];
}

/**
 * The overlay over `memberIds` with at most `limit` neighbours each (an odd limit is used up to the even number below
 * it). With no more than `limit` others, everybody listens to everybody. O(limit · N log N) once for all members. Each
 * further `epoch` draws one ring anew and leaves the others: over time an agent that happened to be surrounded by liars
 * gets other neighbours, two at a time.
 */
export function createOverlay(memberIds: Iterable<string>, limit: number, epoch = 0): Overlay {
  const members = [...new Set(memberIds)].sort(compareIds);
  if (members.length - 1 <= limit) return createFullMesh(members);
  const count = Math.max(1, limit >> 1);
  const rings = Array.from({ length: count }, (_, ring) => {
    const redrawn = Math.floor((epoch + count - 1 - ring) / count);
    return createRing(members, ring + 1 + redrawn * redrawnSalt);
  });
  return {
    neighboursOf(agentId) {
      const chosen = new Set<string>();
      for (const { order, places } of rings) {
        const at = places.get(agentId);
        if (at === undefined) return [];
        for (const step of [1, order.length - 1]) chosen.add(order[(at + step) % order.length] ?? agentId);
      }
      chosen.delete(agentId);
      return [...chosen].sort(compareIds);
    },
  };
}

function createFullMesh(members: readonly string[]): Overlay {
  const known = new Set(members);
  return { neighboursOf: (agentId) => (known.has(agentId) ? members.filter((id) => id !== agentId) : []) };
}

function createRing(members: readonly string[], salt: number) {
  const ranked = members.map((id) => ({ id, rank: hash32(id, salt) }));
  const order = ranked.sort((a, b) => a.rank - b.rank || compareIds(a.id, b.id)).map(({ id }) => id);
  return { order, places: new Map(order.map((id, at) => [id, at])) };
}
