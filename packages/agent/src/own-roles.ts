/** The roles of a process's own agents, as the membership tells them: advice that comes late where the store is away, not a lock. */
import type { AgentRole, MembershipView } from "@entrain/core/membership";

/** Takes each view of the members. */
export interface OwnRoles {
  readonly setView: (view: MembershipView) => void;
  /** As it was told last; undefined for an agent that was never listed. */
  readonly roleOf: (agentId: string) => AgentRole | undefined;
}

/** Tells of each own agent's role at first and when it changes. */
export function createOwnRoles(options: {
  readonly agentIds: readonly string[];
  readonly incarnation: number;
  readonly onRole: (agentId: string, role: AgentRole) => void;
}): OwnRoles {
  const { agentIds, incarnation, onRole } = options;
  const told = new Map<string, AgentRole>();
  return {
    roleOf: (agentId) => told.get(agentId),
    setView({ members }) {
      for (const agentId of agentIds) {
        const member = members.get(agentId);
        // Who is not listed alive, or whose id is another's by now, has been given nothing.
        if (member?.state !== "alive" || member.incarnation !== incarnation) continue;
        const { role = "standby" } = member;
        if (told.get(agentId) === role) continue;
        told.set(agentId, role);
        onRole(agentId, role);
      }
    },
  };
}
