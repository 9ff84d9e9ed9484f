/**
 * An event as a log line: its level, one sentence for people, and fields for programs, ids first. Levels: `trace` what
 * happens at every beat or heartbeat, `debug` what happens at every reading, `info` what changes the swarm, `warn` what
 * was refused, lost or done without the others, `error` what ends an agent.
 */
import type { RuntimeEvent } from "@entrain/ports";
import { busLine } from "./bus-line.ts";
import { decisionLine } from "./decision-line.ts";
import { line, type EventLine } from "./line.ts";
import { sharingLine } from "./sharing-line.ts";
import { sessionLine, workLine } from "./work-line.ts";

type EventOf<Kind extends RuntimeEvent["kind"]> = Extract<RuntimeEvent, { readonly kind: Kind }>;

type AgentEvent = Extract<RuntimeEvent, { readonly agentId: string }>;

/** The line of any event. */
export function eventLine(event: RuntimeEvent): EventLine {
  return "agentId" in event ? agentLine(event) : processLine(event);
}

/** What an agent of this process did or suffered. */
function agentLine(event: AgentEvent): EventLine {
  const { agentId } = event;
  switch (event.kind) {
    case "beat.fired": {
      const { goalVersion, beat, latenessMs } = event;
      return line("trace", "beat fired", { agentId, goalVersion, beat, latenessMs });
    }
    case "beat.skipped": {
      const { goalVersion, fromBeat, toBeat } = event;
      return line("warn", "beats skipped", { agentId, goalVersion, fromBeat, toBeat });
    }
    case "rhythm.adopted": {
      const { lineage, movedCycles } = event;
      return line("info", "took over the swarm's time", { agentId, ...lineage, movedCycles });
    }
    case "rhythm.founded":
      return line("info", "founded a time of its own", { agentId, ...event.lineage });
    case "strategy.switched": {
      const { from, to, cause } = event;
      return line(cause === "goal" ? "info" : "warn", "strategy switched", { agentId, from, to, cause });
    }
    case "batch.flushed":
    case "batch.refused":
    case "fleet.called":
    case "run.started":
    case "run.ended":
    case "run.missed":
    case "job.stalled":
    case "task.ended":
    case "handoff.ended":
      return workLine(event);
    case "message.published":
    case "message.ended":
    case "message.died":
    case "message.heard":
      return busLine(event);
    case "goal.changed": {
      const { goalVersion, kind, periodNs, effectiveBeat } = event.goal;
      const fields = { agentId, goalVersion, goal: kind, periodMs: periodNs / 1e6, effectiveBeat };
      return line("info", "goal changed", fields);
    }
    case "agent.started":
      return line("info", "agent started", { agentId, incarnation: event.incarnation });
    case "agent.stopped": {
      const { incarnation, drained } = event;
      return line(drained ? "info" : "warn", drained ? "agent stopped" : "agent stopped before it was drained", {
        agentId,
        incarnation,
        drained,
      });
    }
    case "agent.superseded":
      return line("error", "a higher incarnation has taken this agent's id over; this one goes", {
        agentId,
        incarnation: event.incarnation,
      });
    case "leader.elected":
    case "leader.lost":
    case "leader.reported":
    case "effect.refused":
    case "voter.changed":
      return leadershipLine(event);
    case "member.reported":
    case "suspicion.refuted":
    case "role.changed":
      return opinionLine(event);
    case "lease.acquired":
    case "lease.lost":
      return leaseLine(event);
    case "decision.acted":
    case "decision.reconciled":
    case "decision.unreachable":
    case "proposal.answered":
    case "gate.judged":
    case "approval.asked":
    case "action.attempted":
      return decisionLine(event);
  }
}

/** The swarm's own leadership, effects under any, and whose votes count. */
function leadershipLine(
  event: EventOf<"leader.elected" | "leader.lost" | "leader.reported" | "effect.refused" | "voter.changed">,
): EventLine {
  const { agentId } = event;
  switch (event.kind) {
    case "leader.elected":
      return line("info", "elected leader", { agentId, term: event.term });
    case "leader.lost": {
      const { term, cause } = event;
      return line(cause === "resigned" ? "info" : "warn", "leadership lost", { agentId, term, cause });
    }
    case "leader.reported": {
      const { leaderId, term, succeeded } = event;
      return line("warn", "nobody listens where the leader did", { agentId, leaderId, term, succeeded });
    }
    case "effect.refused": {
      const { term, effect, code } = event;
      return line("warn", "effect refused", { agentId, term, effect, code });
    }
    case "voter.changed":
      if (event.change === "enrolled") return line("info", "is a voter", { agentId });
      return line("warn", "a dead voter was evicted", { agentId, voter: event.voter });
  }
}

/** What is thought of other processes, and of this one's own agents; what the leader makes of members. */
function opinionLine(event: EventOf<"member.reported" | "suspicion.refuted" | "role.changed">): EventLine {
  const { agentId } = event;
  if (event.kind === "role.changed") {
    const { from, to, cause, term } = event;
    return line(to === "safe-mode" ? "warn" : "info", "role changed", { agentId, from, to, cause, term });
  }
  if (event.kind === "suspicion.refuted")
    return line("warn", "was suspected and is alive", { agentId, refutations: event.refutations });
  const { processId: memberProcessId, vote, buried } = event;
  return line("warn", "probes do not reach a process", { agentId, memberProcessId, vote, buried });
}

/** A user's election or lock. */
function leaseLine(event: EventOf<"lease.acquired" | "lease.lost">): EventLine {
  const { agentId, on, name, term } = event;
  const what = on === "lock" ? "lock" : "leadership of a user's election";
  if (event.kind === "lease.acquired") return line("debug", `${what} acquired`, { agentId, on, name, term });
  const level = event.cause === "resigned" ? "debug" : "warn";
  return line(level, `${what} lost`, { agentId, on, name, term, cause: event.cause });
}

/** Who is a member, and what is known of the others. */
function membershipLine(
  event: EventOf<"member.changed" | "membership.viewed" | "member.probed" | "heartbeat">,
): EventLine {
  switch (event.kind) {
    case "member.changed": {
      const { agentId, incarnation, state, processId: memberProcessId, host, address } = event.member;
      const level = state === "dead" ? "warn" : "info";
      const fields = { agentId, incarnation, state, memberProcessId, host, address, version: event.version };
      return line(level, `member ${state}`, fields);
    }
    case "membership.viewed": {
      const { version, alive, dead, left, roles } = event;
      return line("debug", "membership seen", { version, alive, dead, left, roles });
    }
    case "member.probed": {
      const { processId: memberProcessId, through, result, tookMs } = event;
      return line(result === "answered" ? "trace" : "debug", "probed", { memberProcessId, through, result, tookMs });
    }
    case "heartbeat":
      return event.ok
        ? line("trace", "heartbeat answered", { roundTripMs: event.roundTripMs })
        : line("debug", "heartbeat unanswered", { roundTripMs: event.roundTripMs });
  }
}

/** Who was let in, and with which certificates. */
function connectionLine(
  event: EventOf<"peer.refused" | "calls.refused" | "connections.refused" | "tls.loaded">,
): EventLine {
  if (event.kind === "peer.refused")
    return line("warn", "peer refused", { peerProcessId: event.processId, cause: event.message });
  if (event.kind === "calls.refused" || event.kind === "connections.refused")
    return line("warn", `${event.kind === "calls.refused" ? "calls" : "connections"} refused`, {
      reason: event.reason,
      count: event.count,
      cause: event.message,
    });
  const expiresAt = new Date(event.expiresAtMs).toISOString();
  if (event.outcome === "loaded") return line("info", "certificates loaded", { expiresAt });
  return line("error", "certificates refused", { cause: event.message, expiresAt });
}

/** What the process saw. */
function processLine(event: Exclude<RuntimeEvent, AgentEvent>): EventLine {
  switch (event.kind) {
    case "rhythm.frame": {
      const { direction, phases } = event;
      return line(direction === "refused" ? "debug" : "trace", `frame ${direction}`, { direction, phases });
    }
    case "peers.changed":
      return line("debug", "peers changed", { connected: event.connected, wanted: event.wanted });
    case "peer.refused":
    case "calls.refused":
    case "connections.refused":
    case "tls.loaded":
      return connectionLine(event);
    case "member.changed":
    case "membership.viewed":
    case "member.probed":
    case "heartbeat":
      return membershipLine(event);
    case "leader.changed":
      return line("info", event.leaderId === null ? "no leader known" : "leader changed", {
        leaderId: event.leaderId,
        term: event.term,
      });
    case "store.changed":
      return line(event.up ? "info" : "warn", event.up ? "store answers" : "store does not answer", {
        up: event.up,
        generation: event.generation,
      });
    case "store.warned":
      return line("warn", "store may lose data", { cause: event.message });
    case "context.read":
    case "context.served":
    case "context.changed":
    case "context.resynced":
    case "watch.resynced":
    case "policy.changed":
    case "policy.refused":
    case "mode.switched":
    case "rule.failed":
    case "watches.sampled":
    case "budget.answered":
    case "budgets.audited":
    case "budgets.counted":
    case "rate.refreshed":
      return sharingLine(event);
    case "decision.reoffered":
    case "safe-mode.switched":
    case "safe-mode.held":
    case "reasoner.failed":
    case "acts.unrecorded":
    case "decisions.counted":
    case "directive.settled":
    case "directives.counted":
    case "acts.measured":
      return decisionLine(event);
    case "telemetry.refused":
      return line("warn", "reading refused", { source: event.source, cause: event.message });
    case "http.answered":
    case "http.failed":
    case "event-streams.changed":
    case "follow.failed":
    case "rhythm.measured":
    case "voters.counted":
      return observerLine(event);
    case "session.changed":
    case "session.undriven":
      return sessionLine(event);
    case "message.dropped":
      return busLine(event);
    case "listener.failed":
      return line("warn", "listener threw", { listener: event.listener, error: event.message });
  }
}

type ObserverEvent = EventOf<
  "http.answered" | "http.failed" | "event-streams.changed" | "follow.failed" | "rhythm.measured" | "voters.counted"
>;

/** What an observer of the swarm saw and answered. */
function observerLine(event: ObserverEvent): EventLine {
  switch (event.kind) {
    case "http.answered": {
      const { method, route, status, durationMs } = event;
      return line("debug", "request answered", { method, route, status, durationMs });
    }
    case "http.failed":
      return line("error", "request met a defect", { error: event.message });
    case "event-streams.changed":
      return line("debug", "event streams changed", { open: event.open });
    case "follow.failed":
      return line("warn", `${event.what} could not be followed`, { code: event.code, cause: event.message });
    case "voters.counted":
      return line("trace", "voters counted", { alive: event.alive, dead: event.dead, quorum: event.quorum });
    case "rhythm.measured": {
      const { coherence, spreadP50Ms, cadenceErrorPpm, converged } = event;
      return line("trace", "rhythm measured", { coherence, spreadP50Ms, cadenceErrorPpm, converged });
    }
  }
}
