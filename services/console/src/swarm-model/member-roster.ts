/**
 * The members as the console lists them, from snapshots and deltas of the registry.
 *
 * Losing the store kills no member (M1): a store that lost its writes lists nobody until the agents have registered anew,
 * so an alive member that a snapshot no longer names stays alive for a grace of ten seconds, many heartbeats long, and
 * only then counts as dead.
 */
import { compareIds } from "@entrain/kernel";
import {
  applyDelta,
  type MemberRecord,
  type MembershipDelta,
  type MembershipView,
  type MemberState,
} from "@entrain/core/membership";
import type { SwarmEvent } from "../contract/swarm-event.ts";
import type { Instant } from "./instant.ts";

/** How long an alive member may be missing from a snapshot, ns. */
const graceNs = 10e9;
/** How long dead and left members stay listed, ms. */
const forgetAfterMs = 600_000;

/** What a change of the roster means. */
export interface RosterChange {
  readonly events: readonly SwarmEvent[];
  /** Somebody joined, left or died: what was measured of the old swarm says nothing of the new one. */
  readonly aliveChanged: boolean;
}

/** The console's list of members. */
export interface MemberRoster {
  /** Membership version that the roster has reached; undefined before the first snapshot. */
  version(): number | undefined;
  snapshot(now: Instant, view: MembershipView): RosterChange;
  /** Undefined where deltas are missing in between: a snapshot is needed. */
  delta(now: Instant, delta: MembershipDelta): RosterChange | undefined;
  /** Time passed: ends graces that are over. */
  tick(now: Instant): RosterChange;
  /** In the order of their ids. */
  alive(): readonly MemberRecord[];
  /** Alive ones and those that died or left in the last ten minutes, in the order of their ids. */
  listed(now: Instant): readonly MemberRecord[];
  get(agentId: string): MemberRecord | undefined;
  counts(): Readonly<Record<MemberState, number>>;
}

/** An empty roster; the first snapshot is what was there already and makes no events. */
export function createMemberRoster(): MemberRoster {
  let view: MembershipView | undefined;
  /** Members that the last snapshot did not name, until they come back or their grace ends. */
  const vanished = new Map<string, { readonly member: MemberRecord; readonly sinceNs: number }>();
  const presumedDead = new Map<string, MemberRecord>();
  let aliveMemo: readonly MemberRecord[] | undefined;

  const get = (agentId: string): MemberRecord | undefined =>
    view?.members.get(agentId) ?? vanished.get(agentId)?.member ?? presumedDead.get(agentId);
  const everybody = (): MemberRecord[] => [
    ...(view?.members.values() ?? []),
    ...[...vanished.values()].map(({ member }) => member),
    ...presumedDead.values(),
  ];

  /** Takes `next` as the view and says what changed for the members it names. */
  function moveTo(next: MembershipView, named: Iterable<MemberRecord>): RosterChange {
    const events = [...named].flatMap((member) => eventOf(get(member.agentId), member) ?? []);
    for (const { agentId } of next.members.values()) {
      vanished.delete(agentId);
      presumedDead.delete(agentId);
    }
    view = next;
    aliveMemo = undefined;
    return { events, aliveChanged: events.length > 0 };
  }

  return {
    version: () => view?.version,
    snapshot(now, next) {
      if (view === undefined) return { ...moveTo(next, []), aliveChanged: true };
      for (const member of view.members.values())
        if (member.state === "alive" && !next.members.has(member.agentId))
          vanished.set(member.agentId, { member, sinceNs: now.monoNs });
      return moveTo(next, next.members.values());
    },
    delta(_now, delta) {
      const next = view === undefined ? undefined : applyDelta(view, delta);
      if (next === undefined) return undefined;
      return next === view ? { events: [], aliveChanged: false } : moveTo(next, [delta.member]);
    },
    tick(now) {
      const events: SwarmEvent[] = [];
      for (const [agentId, { member, sinceNs }] of vanished) {
        if (now.monoNs - sinceNs < graceNs) continue;
        const dead: MemberRecord = { ...member, state: "dead", changedAtMs: Math.floor(now.unixMs) };
        events.push(...[eventOf(member, dead)].filter((event) => event !== undefined));
        vanished.delete(agentId);
        presumedDead.set(agentId, dead);
        aliveMemo = undefined;
      }
      for (const [agentId, member] of presumedDead)
        if (now.unixMs - member.changedAtMs > forgetAfterMs) presumedDead.delete(agentId);
      return { events, aliveChanged: events.length > 0 };
    },
    alive: () => (aliveMemo ??= sorted(everybody().filter(({ state }) => state === "alive"))),
    listed: (now) =>
      sorted(
        everybody().filter((member) => member.state === "alive" || now.unixMs - member.changedAtMs <= forgetAfterMs),
      ),
    get,
    counts() {
      const counts = { alive: 0, dead: 0, left: 0 };
      for (const { state } of everybody()) counts[state] += 1;
      return counts;
    },
  };
}

/** What a member's new record means beside its old one; undefined where only its health or address changed. */
function eventOf(before: MemberRecord | undefined, after: MemberRecord): SwarmEvent | undefined {
  const { agentId, incarnation, changedAtMs } = after;
  const data = { agentId, incarnation, at: changedAtMs };
  if (after.state === "alive") {
    if (before?.state === "alive" && before.incarnation === incarnation) return undefined;
    const { address, host, pid } = after;
    return { type: "agent.joined", data: { ...data, address, host, pid } };
  }
  if (before?.state !== "alive") return undefined;
  return { type: after.state === "left" ? "agent.left" : "agent.dead", data };
}

function sorted(members: readonly MemberRecord[]): readonly MemberRecord[] {
  return members.toSorted((a, b) => compareIds(a.agentId, b.agentId));
}
