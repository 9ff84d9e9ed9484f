/** What a host tells of its one agent becomes the agent's events. */
import type { AgentRole } from "@entrain/core/membership";
import type { LeaderView } from "@entrain/runtime";
import type { AgentEmitter, LeaderEvent } from "./agent-emitter.ts";
import type { HostListeners } from "./host-contract.ts";

/** Listeners of an agent's host, and what they have heard last. */
export interface AgentListeners {
  readonly listeners: Pick<HostListeners, "onLeader" | "onDegraded" | "onContext" | "onEscalation" | "onRole">;
  /** Undefined before any was told. */
  role(): AgentRole | undefined;
}

/** Tells by `emitter`. */
export function createAgentListeners(emitter: AgentEmitter, agentId: string): AgentListeners {
  let role: AgentRole | undefined;
  return {
    role: () => role,
    listeners: {
      onLeader(leader) {
        emitter.emit("leader", leaderEvent(leader, agentId));
      },
      onDegraded(event) {
        emitter.emit("degraded", event);
      },
      onContext(view) {
        // The view copies the whole document: not for nobody.
        if (emitter.isHeard("context")) emitter.emit("context", view());
      },
      onEscalation(event) {
        emitter.emit("escalation", event);
      },
      onRole(_agentId, next) {
        const before = role;
        role = next;
        emitter.emit("role", { role, before });
      },
    },
  };
}

/** Who leads, as an agent tells it. */
export function leaderEvent({ leaderId, term }: LeaderView, agentId: string): LeaderEvent {
  return { leaderId, term: leaderId === null ? null : term, isSelf: leaderId === agentId };
}
