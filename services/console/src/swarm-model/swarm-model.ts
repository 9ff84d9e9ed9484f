/**
 * The console's model of the swarm: what its followers learn goes in, the answers of the API and a stream of typed events
 * come out. It has no clock and does no I/O: every input carries its instant, so that a test or a recorded history
 * replays it exactly.
 *
 * Each input is one fact from one source, in the order in which that source told it. Facts of different sources may
 * overtake each other (an act its decision, a beat its agent's join); no view relies on an order between them.
 */
import {
  countRoles,
  swarmHealth,
  swarmRisk,
  type AgentRole,
  type MemberRecord,
  shownState,
  type MembershipDelta,
  type MembershipView,
  type MemberState,
} from "@entrain/core/membership";
import type { LeaderRecord } from "@entrain/core/election";
import type { Act, Decision, Directive } from "@entrain/core/decision";
import type { GoalRecord } from "@entrain/core/rhythm";
import type { Budget } from "@entrain/core/budget";
import type { ContextDocument, ContextEntry } from "@entrain/core/context";
import type { LedgerEntry, LedgerStats, Observation, SessionHeader, StoreStatus } from "@entrain/ports";
import type { AgentView } from "../contract/agent-view.ts";
import type { LeaderView } from "../contract/leader-view.ts";
import type { RecoveryView, RhythmView } from "../contract/rhythm-view.ts";
import type { SwarmEvent } from "../contract/swarm-event.ts";
import type { SwarmView } from "../contract/swarm-view.ts";
import { createActWindow } from "./act-window.ts";
import { createBudgetShelf } from "./budget-shelf.ts";
import { createSessionShelf } from "./session-shelf.ts";
import { createDecisionBook } from "./decision-book.ts";
import type { Instant } from "./instant.ts";
import { createMemberRoster, type RosterChange } from "./member-roster.ts";
import { createRhythmObserver } from "./rhythm-observer.ts";

/** One fact about the swarm. */
export type SwarmInput =
  | { readonly kind: "store"; readonly status: StoreStatus }
  | { readonly kind: "members"; readonly view: MembershipView }
  | { readonly kind: "member"; readonly delta: MembershipDelta }
  | { readonly kind: "leader"; readonly leader: LeaderRecord | undefined }
  | { readonly kind: "goal"; readonly goal: GoalRecord }
  | { readonly kind: "observed"; readonly observation: Observation }
  | { readonly kind: "decision"; readonly decision: Decision }
  | { readonly kind: "directive"; readonly directive: Directive }
  /** The newest entries; `whole`: all that there are, or as many as are remembered. */
  | { readonly kind: "ledger"; readonly entries: readonly LedgerEntry[]; readonly whole: boolean }
  | { readonly kind: "stats"; readonly stats: LedgerStats }
  /** The document, and the version that made it, where it followed the one before. */
  | { readonly kind: "context"; readonly context: ContextDocument; readonly entry?: ContextEntry }
  /** Budgets as they are now; those that were asked for and not found are gone. */
  | { readonly kind: "budgets"; readonly asked: readonly string[]; readonly found: readonly Budget[] }
  /** The newest sessions as they are now. */
  | { readonly kind: "sessions"; readonly found: readonly SessionHeader[] }
  | { readonly kind: "tick" };

/** A process that hosts alive agents. */
export interface AgentProcessView {
  readonly processId: string;
  readonly address: string;
  readonly agentIds: readonly string[];
}

/** The model. */
export interface SwarmModel {
  /** Takes one fact in; what it changed comes back as events, in their order. `tick` is due every 100 ms. */
  apply(input: SwarmInput, now: Instant): readonly SwarmEvent[];
  /** Membership version that was reached; undefined before the first snapshot. */
  membershipVersion(): number | undefined;
  store(): StoreStatus;
  /** Members of the last ten minutes by their state. */
  memberCounts(): Readonly<Record<MemberState, number>>;
  /** Members alive by role. */
  roleCounts(): Readonly<Record<AgentRole, number>>;
  member(agentId: string): MemberRecord | undefined;
  /** The processes of the alive agents. */
  processes(): readonly AgentProcessView[];
  swarm(): SwarmView;
  agents(now: Instant): readonly AgentView[];
  rhythm(): RhythmView;
  /** The last disturbances of the rhythm, newest first. */
  recoveries(): readonly RecoveryView[];
  /** Where the swarm's common count of beats stands; undefined where no agent is heard. */
  beatCount(now: Instant): number | undefined;
  leader(): LeaderView;
  context(): ContextDocument | undefined;
  /** The newest versions that were seen to be made, newest first. */
  contextEntries(): readonly ContextEntry[];
  /** The budgets as they were last read. */
  budgets(): readonly Budget[];
  /** The newest sessions as they were last read, newest first. */
  sessions(): readonly SessionHeader[];
  /** The newest decisions, those older than `afterDecisionId` where it is given. */
  decisions(
    limit: number,
    afterDecisionId?: string,
  ): { readonly entries: readonly LedgerEntry[]; readonly more: boolean };
  knowsDecision(decisionId: string): boolean;
  actsOn(incidentId: string): readonly Act[];
}

/** Versions of the context that are remembered. */
const contextEntriesMax = 200;

/** A model that knows nothing yet. */
export function createSwarmModel(swarmId: string): SwarmModel {
  const roster = createMemberRoster();
  const rhythm = createRhythmObserver();
  const acts = createActWindow();
  const book = createDecisionBook();
  let store: StoreStatus = { up: false, generation: 0 };
  /** Undefined: never looked; null: nobody leads. */
  let leader: LeaderRecord | null | undefined;
  let stats: LedgerStats | undefined;
  let context: ContextDocument | undefined;
  const contextEntries: ContextEntry[] = [];
  const budgets = createBudgetShelf();
  const sessions = createSessionShelf();

  function onRoster(change: RosterChange, now: Instant): readonly SwarmEvent[] {
    rhythm.members(now, { alive: roster.alive(), listed: roster.listed(now), aliveChanged: change.aliveChanged });
    return change.events;
  }

  function onStore(status: StoreStatus): readonly SwarmEvent[] {
    const mayHaveLostWrites =
      store.generation !== 0 && status.generation !== 0 && status.generation !== store.generation;
    // An outage before the first connection or after it says nothing of the generation that was known.
    store = { up: status.up, generation: status.generation === 0 ? store.generation : status.generation };
    if (mayHaveLostWrites) rhythm.resetGoal();
    return [];
  }

  function onLeader(next: LeaderRecord | undefined): readonly SwarmEvent[] {
    const before = leader;
    leader = next ?? null;
    if (before === undefined) return [];
    if (before?.agentId === next?.agentId && before?.term === next?.term) return [];
    return [{ type: "leader.changed", data: leaderView(next) }];
  }

  function onObserved(observation: Observation, now: Instant): readonly SwarmEvent[] {
    const events = rhythm.observe(now, observation);
    for (const { act, latencyMs, contextHit } of observation.acts)
      acts.add({ latencyMs, contextHit, alone: act.source === "safe-alone" });
    return [...events, ...observation.acts.flatMap(({ act }) => book.acted(act))];
  }

  function onContext(document: ContextDocument, entry: ContextEntry | undefined): readonly SwarmEvent[] {
    context = document;
    if (entry === undefined) return [];
    contextEntries.unshift(entry);
    contextEntries.length = Math.min(contextEntries.length, contextEntriesMax);
    const { version, baseVersion, author, reason, changes } = entry;
    const pointers = changes.map(({ pointer }) => pointer);
    return [{ type: "context.changed", data: { version, baseVersion, author, reason, pointers } }];
  }

  function apply(input: SwarmInput, now: Instant): readonly SwarmEvent[] {
    switch (input.kind) {
      case "store":
        return onStore(input.status);
      case "members":
        return onRoster(roster.snapshot(now, input.view), now);
      case "member": {
        const change = roster.delta(now, input.delta);
        return change === undefined ? [] : onRoster(change, now);
      }
      case "leader":
        return onLeader(input.leader);
      case "goal":
        return rhythm.goal(now, input.goal);
      case "observed":
        return onObserved(input.observation, now);
      case "decision":
        return book.committed(input.decision);
      case "directive":
        return book.directive(input.directive);
      case "ledger":
        return book.entries(input.entries, input.whole);
      case "stats":
        stats = input.stats;
        return [];
      case "context":
        return onContext(input.context, input.entry);
      case "budgets":
        return budgets.read(input.asked, input.found);
      case "sessions":
        return sessions.read(input.found);
      case "tick": {
        const change = roster.tick(now);
        const events = change.events.length > 0 ? onRoster(change, now) : [];
        rhythm.tick(now);
        return events;
      }
    }
  }

  return {
    apply,
    membershipVersion: () => roster.version(),
    store: () => store,
    memberCounts: () => roster.counts(),
    roleCounts: () => countRoles(roster.alive()),
    member: (agentId) => roster.get(agentId),
    processes: () => processesOf(roster.alive()),
    rhythm: () => rhythm.view(),
    recoveries: () => rhythm.recoveries(),
    beatCount: (now) => rhythm.count(now),
    leader: () => leaderView(leader ?? undefined),
    context: () => context,
    contextEntries: () => contextEntries,
    budgets: () => budgets.all(),
    sessions: () => sessions.all(),
    decisions: (limit, afterDecisionId) => book.newest(limit, afterDecisionId),
    knowsDecision: (decisionId) => book.has(decisionId),
    actsOn: (incidentId) => book.actsOn(incidentId),
    agents: (now) =>
      roster.listed(now).map((member) => ({ ...agentView(member, leader?.agentId), ...rhythm.agent(now, member) })),
    swarm: () => ({
      swarmId,
      agents: roster.alive().length,
      health: healthView(roster.alive()),
      leader: leaderView(leader ?? undefined),
      rhythm: rhythm.view(),
      context: { version: context?.version ?? null },
      decisions: {
        count: stats?.count ?? null,
        divergence: stats?.divergence ?? null,
        safeAlone: stats?.safeAlone ?? null,
        ...acts.figures(),
      },
      store: { up: store.up, generation: store.generation === 0 ? null : store.generation },
    }),
  };
}

function leaderView(leader: LeaderRecord | undefined): LeaderView {
  return {
    agentId: leader?.agentId ?? null,
    term: leader?.term ?? null,
    leaseUntil: leader?.leaseUntilMs ?? null,
  };
}

function healthView(alive: readonly MemberRecord[]): SwarmView["health"] {
  const scores = alive.map(({ health }) => health);
  const risks = alive.map(({ risk = 0 }) => risk);
  return { score: swarmHealth(scores, 0) ?? null, risk: swarmRisk(risks) ?? null };
}

function agentView(member: MemberRecord, leaderId: string | undefined) {
  const { agentId, incarnation, health, risk = 0, load = 0, address, host, pid, opsUrl } = member;
  const isAlive = member.state === "alive";
  const role: AgentView["role"] = isAlive && agentId === leaderId ? "leader" : "follower";
  const assignedRole = isAlive ? (member.role ?? "standby") : null;
  const capabilities = [...(member.capabilities ?? [])];
  const told = { agentId, incarnation, state: shownState(member), role, assignedRole, health, risk, load };
  return { ...told, capabilities, address, host, pid, opsUrl };
}

function processesOf(alive: readonly MemberRecord[]): readonly AgentProcessView[] {
  const byId = Map.groupBy(alive, ({ processId }) => processId);
  return [...byId].map(([processId, members]) => ({
    processId,
    address: members[0]?.address ?? "",
    agentIds: members.map(({ agentId }) => agentId),
  }));
}
