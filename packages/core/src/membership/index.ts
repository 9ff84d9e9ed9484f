/** Membership: who belongs to the swarm, how healthy it is, and who listens to whom. */
export { createOverlay, type Overlay } from "./overlay.ts";
export { createProcessMesh } from "./process-mesh.ts";
export {
  aliveIn,
  applyDelta,
  countRoles,
  shownState,
  viewsAlong,
  type MemberRecord,
  type MemberState,
  type MembershipDelta,
  type MembershipView,
} from "./view.ts";
export { steppedLoad } from "./load.ts";
export { agentHealth, swarmHealth, type HealthSignals } from "./health.ts";
export { createAnomalyWindow, type AnomalyWindow } from "./anomaly-window.ts";
export { agentRisk, swarmRisk } from "./risk.ts";
export { membershipTimings, type MembershipTimings } from "./timings.ts";
export {
  stepDetection,
  trustedAt,
  type DetectionEffect,
  type DetectionInput,
  type DetectionState,
  type ProbeResult,
} from "./detection.ts";
export { detectionTimings, isProbeLate, probersQuorum, type DetectionTimings } from "./detection-timings.ts";
export { planProbes, type ProbeTarget } from "./probe-plan.ts";
export { agentRoles, checkRolePolicy, defaultRolePolicy, type AgentRole, type RolePolicy } from "./role-policy.ts";
export { stepRoles, type RoleCause, type RoleChange, type RoleRows, type RoleSample } from "./roles.ts";
