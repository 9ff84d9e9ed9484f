/** `GET /api/v1/agents`: the members of the last ten minutes. */
import { Type, type Static } from "typebox";
import { agentRoles } from "@entrain/core/membership";
import { closedObject, nextCursor, numberOrNull, oneOf, staleMark, textOrNull } from "./scalars.ts";

/** One agent. */
export const agentSchema = closedObject({
  agentId: Type.String(),
  incarnation: Type.Integer({ description: "Grows with each start of the same agent id (M3)." }),
  state: oneOf(
    ["joining", "alive", "suspect", "dead", "left"],
    "`joining`: registered, its first heartbeat is to come; it counts as alive. `suspect`: alive as far as the store can tell, but probes do not reach it. `left` went of its own will.",
  ),
  role: oneOf(["leader", "follower"], "Its part in the swarm's own election."),
  assignedRole: Type.Union([oneOf(agentRoles, "What the leader has made it."), Type.Null()], {
    description: "What the leader has made it; null where it is not alive.",
  }),
  health: Type.Number({ description: "Health score as last reported, 0..1." }),
  risk: Type.Number({ description: "Risk as last reported, 0..1: what failed, and what keeps coming back." }),
  load: Type.Number({ description: "Share of its process's time that the event loop was busy, 0..1, in tenths." }),
  capabilities: Type.Array(Type.String(), { description: "What it claims tasks for, by name." }),
  address: Type.String({ description: "host:port of its process's gRPC server." }),
  host: Type.String(),
  pid: Type.Integer(),
  phaseRad: numberOrNull("Phase θ in [0, 2π) now; null for an agent that was not heard of for a second."),
  periodMs: numberOrNull("The period it keeps, ms."),
  energy: numberOrNull("Units of energy that it has to move with; null while unknown."),
  strategy: textOrNull("The strategy it pursues."),
  lastBeatAt: numberOrNull("Its last beat, Unix ms with fractions."),
  opsUrl: Type.String({ description: "Base URL of its process's /healthz, /readyz and /metrics; may be empty." }),
});

/** The answer of `GET /api/v1/agents`, in the order of their ids. */
export const agentsAnswerSchema = closedObject({
  agents: Type.Array(agentSchema),
  next: nextCursor,
  stale: staleMark,
});

export type AgentView = Static<typeof agentSchema>;
