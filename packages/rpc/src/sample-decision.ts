/** For tests: one decision as an agent would have taken it, and a process and a decider that take it. */
import type { Decision, Reading } from "@entrain/core/decision";
import type { AgentProcess, DecideOutcome, DecideRequest, Decider, Observation } from "@entrain/ports";

/** The decision on `reading` in the name of `committedBy`. */
export function decisionOn(reading: Reading, incidentId: string, committedBy = "agent-1"): Decision {
  const policyHash = "ab".repeat(32);
  return {
    decisionId: `${incidentId}#1`,
    incidentId,
    type: "ANOMALY_RESPONSE",
    action: "throttle",
    confidence: 0.9,
    reasoning: "temperature ≥ 80 °C",
    term: 1_700_000_000_123,
    contextVersion: 3,
    policyHash,
    input: {
      ...{ reading, health: null, safeMode: false, contextVersion: 3, policyHash },
      fleet: [
        { agentId: "agent-1", health: 0.5 },
        { agentId: "agent-3", health: 0, missing: true },
      ],
      approval: { proposalId: "decision-d-1", passed: true, yes: 2, voters: 3 },
    },
    inputHash: "cd".repeat(32),
    committedBy,
    committedAtMs: 1_700_000_000_456,
    directive: {
      scope: "swarm",
      targets: ["agent-1", "agent-2"],
      missing: ["agent-3"],
      deadlineMs: 10_000,
      complianceMin: 0.9,
    },
  };
}

/** A decider whose every answer is `decisionOn`; it keeps what it was asked. */
export function sampleDecider(): Decider & { readonly asked: DecideRequest[] } {
  const asked: DecideRequest[] = [];
  return {
    asked,
    decide(request): Promise<DecideOutcome> {
      asked.push(request);
      const decision = decisionOn(request.reading, request.incidentId ?? "overheating/rack-7/critical/1");
      return Promise.resolve({ decision, source: "committed", latencyMs: 0.5, contextHit: true });
    },
  };
}

/** A process of one agent that tells its observers whatever it is told to. */
export function sampleProcess(): AgentProcess & {
  readonly observers: Set<(observation: Observation) => void>;
  tell(observation: Observation): void;
} {
  const observers = new Set<(observation: Observation) => void>();
  return {
    observers,
    tell(observation) {
      for (const observer of observers) observer(observation);
    },
    observe(listener) {
      observers.add(listener);
      return () => observers.delete(listener);
    },
    inject: (reading, incidentId) =>
      Promise.resolve([
        {
          agentId: "agent-1",
          decision: decisionOn(reading, incidentId ?? "overheating/all/critical/1"),
          source: "adopted",
        },
      ]),
    resign: (agentId) => Promise.resolve(agentId === "agent-1"),
  };
}
