/**
 * The slot plan (R5): who has which place in a cycle, from one version of the membership and from one cycle on. It is a
 * function of the members alone, so all agents that hold the same version hold the same plan, and a latecomer needs no
 * history. Only alive, left and dead change it, never a suspicion. Its first beat is written with the version, by the store's
 * own command (lua/include/members.lua), so that the whole swarm changes places between the same two beats.
 *
 * Members stand in the order of a hash of their ids, so that a member that comes or goes moves each of the others by
 * less than one slot; the whole wheel is turned so that the places stay nearest to the hashes, which keeps the mean
 * movement between two plans small without knowing the other plan.
 */
import { compareIds, hash32 } from "@entrain/kernel";
import { medianOf } from "./order-parameter.ts";

/** One member's place. */
export interface Place {
  /** 0 … size − 1, in the order of the hashes. */
  readonly rank: number;
  readonly size: number;
  /** Where the wheel's rank 0 stands, cycles in [0, 1). */
  readonly turnCycles: number;
  /** Number that the member keeps while it lives, 0, 1, 2 …; undefined where nobody dealt tickets. */
  readonly ticket: number | undefined;
}

/** A member as the plan sees it. */
export interface PlannedMember {
  readonly agentId: string;
  readonly ticket?: number | undefined;
}

/** The places of all members. */
export interface SlotPlan {
  readonly membershipVersion: number;
  /** The first beat of this plan; a beat under way when the plan becomes known keeps its old slot. */
  readonly effectiveBeat: number;
  placeOf(agentId: string): Place | undefined;
}

const fullHash = 2 ** 32;

/** How long before its first beat a plan is made known, ms: a period, within what a push takes and what a heartbeat takes. */
const noticeMs = { min: 50, max: 1_000 } as const;

/**
 * The first beat of a plan that is made when the swarm's count stands at `cycle`: even again after at most two periods,
 * where a period is 50 ms or more. The store's command computes the same.
 */
export function effectiveBeatOf({ cycle, periodMs }: { readonly cycle: number; readonly periodMs: number }): number {
  return Math.ceil(cycle + Math.max(noticeMs.min, Math.min(periodMs, noticeMs.max)) / periodMs);
}

/** The plan of `members` (any order; doubles count once) under a membership version. O(N log N), once per process. */
export function createSlotPlan(options: {
  readonly membershipVersion: number;
  readonly effectiveBeat: number;
  readonly members: Iterable<PlannedMember>;
}): SlotPlan {
  const unique = new Map([...options.members].map((member) => [member.agentId, member]));
  const ranked = [...unique.values()]
    .map(({ agentId, ticket }) => ({ agentId, ticket, hash: hash32(agentId) / fullHash }))
    .sort((a, b) => a.hash - b.hash || compareIds(a.agentId, b.agentId));
  const size = ranked.length;
  const turn = medianOf(ranked.map(({ hash }, rank) => hash - rank / size)) ?? 0;
  const turnCycles = turn - Math.floor(turn);
  const places = new Map(
    ranked.map(({ agentId, ticket }, rank): [string, Place] => [agentId, { rank, size, turnCycles, ticket }]),
  );
  const { membershipVersion, effectiveBeat } = options;
  return { membershipVersion, effectiveBeat, placeOf: (agentId) => places.get(agentId) };
}

/** The lowest ticket that is not taken: dealing it keeps a growing swarm on the golden sequence. */
export function freeTicket(taken: Iterable<number>): number {
  const known = new Set(taken);
  let ticket = 0;
  while (known.has(ticket)) ticket++;
  return ticket;
}

/** Where an agent stands of which no plan knows, cycles in [0, 1): the same hash without the others. */
export function unplannedPlace(agentId: string): number {
  return hash32(agentId) / fullHash;
}
