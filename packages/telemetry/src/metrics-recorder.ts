/**
 * Feeds the metrics that an event concerns. Every kind is named here: a new one does not compile until it is decided what it counts.
 */
import type { EventSink, RuntimeEvent } from "@entrain/ports";
import { createBoundedLabels, type BoundedLabelName } from "./bounded-label.ts";
import type { MetricFamilies } from "./metrics.ts";
import { recordDecision, type ActsMemory } from "./record-decisions.ts";
import { recordConsole } from "./record-console.ts";
import { recordSharing } from "./record-sharing.ts";
import { recordCoordination } from "./record-coordination.ts";
import { recordWork } from "./record-work.ts";

type EventOf<Kind extends RuntimeEvent["kind"]> = Extract<RuntimeEvent, { readonly kind: Kind }>;

type RhythmEvent = EventOf<
  | "beat.fired"
  | "beat.skipped"
  | "rhythm.adopted"
  | "rhythm.founded"
  | "rhythm.frame"
  | "strategy.switched"
  | "goal.changed"
  | "peers.changed"
  | "peer.refused"
  | "calls.refused"
  | "connections.refused"
  | "tls.loaded"
>;
type SwarmEvent = EventOf<
  | "member.changed"
  | "membership.viewed"
  | "agent.started"
  | "agent.stopped"
  | "agent.superseded"
  | "heartbeat"
  | "member.probed"
  | "member.reported"
  | "role.changed"
  | "suspicion.refuted"
  | "leader.elected"
  | "leader.lost"
  | "leader.reported"
  | "leader.changed"
  | "voter.changed"
  | "lease.acquired"
  | "lease.lost"
  | "effect.refused"
>;
type CoordinationEvent = Parameters<typeof recordCoordination>[2];
type DecidingEvent = Parameters<typeof recordDecision>[3];

/** What the recorder remembers between events, beside the metrics themselves. */
interface RecorderState {
  readonly hosted: Set<string>;
  readonly bound: (label: BoundedLabelName, text: string) => string;
  readonly acts: ActsMemory;
  /** Labels of watches that were behind at the last look. */
  readonly lateWatches: Set<string>;
}

function createState(): RecorderState {
  return { hosted: new Set(), bound: createBoundedLabels(), acts: { dropped: 0 }, lateWatches: new Set() };
}

/** A sink that feeds `families`. */
export function createMetricsRecorder(families: MetricFamilies): EventSink {
  const state = createState();
  return (event) => {
    record(families, state, event);
  };
}

function record(families: MetricFamilies, state: RecorderState, event: RuntimeEvent): void {
  switch (event.kind) {
    case "beat.fired":
    case "beat.skipped":
    case "rhythm.adopted":
    case "rhythm.founded":
    case "rhythm.frame":
    case "strategy.switched":
    case "goal.changed":
    case "peers.changed":
    case "peer.refused":
    case "calls.refused":
    case "connections.refused":
    case "tls.loaded":
      recordRhythm(families, event);
      return;
    case "member.changed":
    case "membership.viewed":
    case "agent.started":
    case "agent.stopped":
    case "agent.superseded":
    case "heartbeat":
    case "member.probed":
    case "member.reported":
    case "role.changed":
    case "suspicion.refuted":
    case "leader.elected":
    case "leader.lost":
    case "leader.reported":
    case "leader.changed":
    case "voter.changed":
    case "lease.acquired":
    case "lease.lost":
    case "effect.refused":
      recordSwarm(families, state, event);
      return;
    case "batch.flushed":
    case "batch.refused":
    case "fleet.called":
    case "run.started":
    case "run.ended":
    case "run.missed":
    case "job.stalled":
      recordWork(families, state.bound, event);
      return;
    case "http.answered":
    case "http.failed":
    case "event-streams.changed":
    case "follow.failed":
    case "rhythm.measured":
    case "voters.counted":
      recordConsole(families, state.bound, event);
      return;
    case "context.changed":
    case "context.resynced":
    case "watch.resynced":
    case "store.changed":
    case "store.warned":
    case "rule.failed":
    case "policy.changed":
    case "policy.refused":
    case "mode.switched":
    case "watches.sampled":
    case "budget.answered":
    case "budgets.audited":
    case "budgets.counted":
    case "rate.refreshed":
      recordSharing(families, state.bound, state.lateWatches, event);
      return;
    default:
      recordTogether(families, state, event);
  }
}

/** What agents do together. */
function recordTogether(
  families: MetricFamilies,
  state: RecorderState,
  event: CoordinationEvent | DecidingEvent,
): void {
  switch (event.kind) {
    case "task.ended":
    case "handoff.ended":
    case "session.changed":
    case "session.undriven":
    case "message.published":
    case "message.ended":
    case "message.died":
    case "message.dropped":
    case "message.heard":
      recordCoordination(families, state.bound, event);
      return;
    default:
      // A kind of event that nobody above knows lands here, and does not compile there.
      recordDecision(families, state.bound, state.acts, event);
  }
}

function recordRhythm(to: MetricFamilies, event: RhythmEvent): void {
  switch (event.kind) {
    case "beat.fired":
      to.beatsFired.inc({ agent_id: event.agentId });
      to.beatLateness.observe(seconds(event.latenessMs));
      to.goalVersion.set(event.goalVersion);
      return;
    case "beat.skipped":
      to.beatsSkipped.inc({ agent_id: event.agentId }, Math.max(0, event.toBeat - event.fromBeat + 1));
      return;
    case "rhythm.adopted":
      to.references.inc({ origin: "adopted" });
      return;
    case "rhythm.founded":
      to.references.inc({ origin: "founded" });
      return;
    case "rhythm.frame":
      to.frames.inc({ direction: event.direction });
      to.phases.inc({ direction: event.direction }, event.phases);
      return;
    case "strategy.switched":
      to.strategySwitches.inc({ cause: event.cause });
      return;
    case "goal.changed":
      to.goalVersion.set(event.goal.goalVersion);
      to.goalPeriod.set(event.goal.periodNs / 1e9);
      return;
    case "peers.changed":
      to.peersConnected.set(event.connected);
      to.peersWanted.set(event.wanted);
      return;
    case "peer.refused":
      to.peersRefused.inc();
      return;
    case "calls.refused":
      to.callsRefused.inc({ reason: event.reason }, event.count);
      return;
    case "connections.refused":
      to.connectionsRefused.inc({ reason: event.reason }, event.count);
      return;
    case "tls.loaded":
      to.tlsLoads.inc({ outcome: event.outcome });
      to.tlsExpiry.set(event.expiresAtMs / 1_000);
      return;
  }
}

function recordSwarm(to: MetricFamilies, state: RecorderState, event: SwarmEvent): void {
  switch (event.kind) {
    case "member.changed":
      to.memberChanges.inc({ state: event.member.state });
      return;
    case "membership.viewed":
      to.membershipVersion.set(event.version);
      for (const memberState of ["alive", "dead", "left"] as const)
        to.members.set({ state: memberState }, event[memberState]);
      for (const [role, count] of Object.entries(event.roles)) to.memberRoles.set({ role }, count);
      return;
    case "agent.started":
      to.agentsHosted.set(state.hosted.add(event.agentId).size);
      to.leadershipHeld.set({ agent_id: event.agentId }, 0);
      return;
    case "agent.stopped":
      state.hosted.delete(event.agentId);
      to.agentsHosted.set(state.hosted.size);
      to.agentStops.inc({ drained: String(event.drained) });
      for (const family of [to.beatsFired, to.beatsSkipped, to.leadershipHeld, to.agentHealth, to.agentRisk])
        family.remove(event.agentId);
      return;
    case "agent.superseded":
      to.agentsSuperseded.inc();
      return;
    case "heartbeat":
      to.heartbeats.inc({ outcome: outcome(event.ok) });
      if (event.ok) to.heartbeatRoundTrip.observe(seconds(event.roundTripMs));
      for (const { agentId, health, risk } of event.beats) {
        to.agentHealth.set({ agent_id: agentId }, health);
        to.agentRisk.set({ agent_id: agentId }, risk);
      }
      return;
    case "member.probed":
      to.probes.inc({ through: event.through, result: event.result });
      to.probeTook.observe({ through: event.through }, seconds(event.tookMs));
      return;
    case "member.reported":
      to.memberReports.inc({ vote: event.vote });
      return;
    case "role.changed":
      to.roleChanges.inc({ to: event.to, cause: event.cause });
      return;
    case "suspicion.refuted":
      to.suspicionsRefuted.inc();
      return;
    case "leader.elected":
      to.electionsWon.inc();
      to.leadershipHeld.set({ agent_id: event.agentId }, 1);
      return;
    case "leader.lost":
      to.electionsLost.inc({ cause: state.bound("cause", event.cause) });
      to.leadershipHeld.set({ agent_id: event.agentId }, 0);
      return;
    case "voter.changed":
      to.voterChanges.inc({ change: event.change });
      return;
    case "leader.reported":
      to.leaderReports.inc({ succeeded: String(event.succeeded) });
      return;
    case "lease.acquired":
      to.leasesAcquired.inc({ on: event.on });
      return;
    case "lease.lost":
      to.leasesLost.inc({ on: event.on, cause: event.cause });
      return;
    case "leader.changed":
      to.leaderKnown.set(event.leaderId === null ? 0 : 1);
      to.leaderTerm.set(event.term);
      return;
    case "effect.refused":
      to.effectsRefused.inc({ effect: state.bound("effect", event.effect), code: state.bound("code", event.code) });
      return;
  }
}

const seconds = (ms: number): number => ms / 1_000;
const outcome = (ok: boolean): string => (ok ? "ok" : "failed");
