/**
 * The registry as a watcher sees it: a version and one record per member. Every change of membership raises the version
 * by one and is a delta, so that a watcher never rereads the whole; one that missed deltas is told to resync.
 */
import type { AgentRole } from "./role-policy.ts";

/** `alive` members count everywhere; `dead` ones until they are forgotten; `left` ones went of their own will. */
export type MemberState = "alive" | "dead" | "left";

/** What the swarm knows of one agent. Instants are the store's clock, Unix ms. */
export interface MemberRecord {
  readonly agentId: string;
  /** Grows with each start of the same agent id; a lower one cannot refresh a higher one (M3). */
  readonly incarnation: number;
  readonly state: MemberState;
  /** The process that hosts the agent: agents of one process share its connections. */
  readonly processId: string;
  readonly host: string;
  readonly pid: number;
  /** host:port of the process's gRPC server. */
  readonly address: string;
  /** Base URL of the process's /healthz, /readyz and /metrics; empty where it serves none. */
  readonly opsUrl: string;
  /** Health score 0..1 as last reported. */
  readonly health: number;
  /** Risk 0..1 as last reported (default 0). */
  readonly risk?: number | undefined;
  /** Share of its process's time that the event loop was busy, 0..1, in steps of 0.1 (default 0); see load.ts. */
  readonly load?: number | undefined;
  /** Capabilities for which it claims tasks (default: none). */
  readonly capabilities?: readonly string[] | undefined;
  readonly joinedAtMs: number;
  /** When the present state began. */
  readonly changedAtMs: number;
  /** The lowest number that no other living member had when it joined; it keeps it while it lives (golden tickets). */
  readonly ticket?: number | undefined;
  /** How often this life has refuted a suspicion (default 0): a report names it, and is void under another (M3). */
  readonly refutations?: number | undefined;
  /** It is registered, and its first heartbeat has not come yet: it counts everywhere as alive. */
  readonly joining?: boolean | undefined;
  /** It is alive as far as the store can tell, and probes do not reach it: it counts everywhere as before (R5). */
  readonly suspect?: boolean | undefined;
  /** What the leader has made it, while it is alive (default `standby`). */
  readonly role?: AgentRole | undefined;
  /** When it got the role; undefined where it never was given one. */
  readonly roleSinceMs?: number | undefined;
}

/** A member's state as it is shown to people: what it is, and the marks of one that is alive. */
export type ShownState = MemberState | "joining" | "suspect";

/** What is shown of a member: probes that fail say more than a heartbeat that is still to come. */
export function shownState({ state, suspect = false, joining = false }: MemberRecord): ShownState {
  if (state !== "alive") return state;
  if (suspect) return "suspect";
  return joining ? "joining" : "alive";
}

/** One change: the member's record after it. */
export interface MembershipDelta {
  readonly version: number;
  readonly member: MemberRecord;
  /** Of the view after it. */
  readonly effectiveBeat?: number | undefined;
}

/** All members of the last ten minutes, by agent id. */
export interface MembershipView {
  readonly version: number;
  readonly members: ReadonlyMap<string, MemberRecord>;
  /**
   * R5: the first beat for which the places of this version hold, far enough ahead for everyone to know; undefined where the
   * store did not know the swarm's count of beats.
   */
  readonly effectiveBeat?: number | undefined;
}

/** Who is alive in a view. */
export function aliveIn(view: MembershipView): readonly MemberRecord[] {
  return [...view.members.values()].filter(({ state }) => state === "alive");
}

/** The view after a delta; the same view if the delta is old, undefined if deltas are missing in between. */
export function applyDelta(view: MembershipView, delta: MembershipDelta): MembershipView | undefined {
  if (delta.version <= view.version) return view;
  if (delta.version > view.version + 1) return undefined;
  const { version, member, effectiveBeat } = delta;
  return { version, members: new Map(view.members).set(member.agentId, member), effectiveBeat };
}

/**
 * The views that lead on from `before` by these deltas, in order: the last one of each first beat of places (R5), and the newest;
 * undefined where deltas are missing. It is what applying them one by one comes to; the members are copied once for each
 * view that is told, not once for each delta.
 */
export function viewsAlong(
  before: MembershipView,
  deltas: readonly MembershipDelta[],
): readonly MembershipView[] | undefined {
  const views: MembershipView[] = [];
  let told = before;
  let members: Map<string, MemberRecord> | undefined;
  let { version, effectiveBeat } = before;
  for (const [index, delta] of deltas.entries()) {
    if (delta.version > version + 1) return undefined;
    if (delta.version > version) {
      ({ version, effectiveBeat } = delta);
      members = (members ?? new Map(told.members)).set(delta.member.agentId, delta.member);
    }
    if (index < deltas.length - 1 && deltas[index + 1]?.effectiveBeat === effectiveBeat) continue;
    if (members !== undefined) told = { version, members, effectiveBeat };
    members = undefined;
    views.push(told);
  }
  return views;
}

/** Members that are alive, by role. */
export function countRoles(alive: readonly MemberRecord[]): Record<AgentRole, number> {
  const counts = { primary: 0, backup: 0, standby: 0, "safe-mode": 0 };
  for (const { role = "standby" } of alive) counts[role] += 1;
  return counts;
}
