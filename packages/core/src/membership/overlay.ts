/**
 * The overlay: a random regular graph that everybody computes alike from the list of members. It is the union of k/2
 * rings; in each ring the members stand in the order of a hash of their id under that ring's salt. Such unions of
 * random cycles are expanders almost surely (Friedman 2008), so phases spread in O(log N) hops and nothing gets stuck
 * in a twisted state, as rings and small worlds do. A join or leave touches two neighbours a ring and nobody else.
 */
import { compareIds, hash32 } from "@entrain/kernel";

/**
 * The neighbours of `agentId` among `memberIds` (which holds it), at most `limit` (even limits are used fully), in the
 * order of their ids. With no more than `limit` others, all of them. The relation is symmetric.
 */
export function neighboursOf(agentId: string, memberIds: readonly string[], limit: number): string[] {
  const others = [...new Set(memberIds)].filter((id) => id !== agentId);
  if (others.length <= limit || limit >= others.length) return others.sort(compareIds);
  const members = [...others, agentId];
  const chosen = new Set<string>();
  for (let ring = 0; ring < Math.max(1, limit >> 1); ring++) {
    const rank = new Map(members.map((id) => [id, hash32(id, ring + 1)]));
    const order = members.toSorted((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0) || compareIds(a, b));
    const at = order.indexOf(agentId);
    for (const step of [1, order.length - 1]) chosen.add(order[(at + step) % order.length] ?? agentId);
  }
  chosen.delete(agentId);
  return [...chosen].sort(compareIds);
}
