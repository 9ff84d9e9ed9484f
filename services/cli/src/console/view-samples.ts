/** Answers of a healthy console, for tests to change one thing in. */
import type { AgentView, SwarmView } from "./console-views.ts";

/** A swarm of two in rhythm. */
export function swarmView(difference: Partial<SwarmView> = {}): SwarmView {
  return {
    swarmId: "demo-x",
    agents: 2,
    leader: { agentId: "agent-1", term: 1_763_683_423_123 },
    rhythm: {
      goal: { goalVersion: 1, kind: "sync", periodMs: 1_000, anchorUnixMs: 1_763_683_423_000, effectiveBeat: 0 },
      strategy: "reference",
      coherence: 0.99987,
      maxGapRatio: 1.98,
      spreadMs: { p50: 0.42, p99: 12.3 },
      cadenceErrorPpm: 2.4,
      converged: true,
      convergedAfterMs: 380,
    },
    context: { version: 1 },
    decisions: { count: 1, divergence: 0, safeAlone: 0 },
    store: { up: true, generation: 1 },
    ...difference,
  };
}

/** An agent that is alive and heard. */
export function agentView(agentId: string, difference: Partial<AgentView> = {}): AgentView {
  return {
    agentId,
    incarnation: 1,
    state: "alive",
    role: "follower",
    assignedRole: "primary",
    health: 1,
    load: 0.2,
    capabilities: [],
    pid: 100,
    phaseRad: 1.5,
    opsUrl: "http://127.0.0.1:40001",
    ...difference,
  };
}
