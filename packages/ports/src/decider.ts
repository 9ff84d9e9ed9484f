/** Who decides for an agent: the loop in its own process, or the decision-loop service. */
import type { Leadership } from "@entrain/core/election";
import type { AgentRole } from "@entrain/core/membership";
import type { ActSource, Decision, Reading } from "@entrain/core/decision";
import type { Signal } from "./reasoner.ts";

/** One agent's question. */
export interface DecideRequest {
  readonly agentId: string;
  readonly incarnation: number;
  readonly reading: Reading;
  /** The whole identity of the incident; without it the rules classify the reading. */
  readonly incidentId?: string;
  /** The agent's leadership, if it holds one and may act. */
  readonly leadership?: Leadership;
  /** What the leader has made the agent, as its process knows it. */
  readonly assignedRole?: AgentRole;
  readonly signal?: Signal;
}

/** The answer. */
export interface DecideOutcome {
  readonly decision: Decision;
  readonly source: ActSource;
  /** From the question to the answer, ms. */
  readonly latencyMs: number;
  /** The context was served without waiting, at an age of at most 100 ms. */
  readonly contextHit: boolean;
  /**
   * Why the ledger could not be read this time: the agent was answered before about this incident, and has the same answer
   * again. Absent where this answer is of now.
   */
  readonly repeatedBecause?: string;
}

/** Decides within the policy's budget. Errors: `invalid-argument`; `unavailable` where a remote one cannot be reached. */
export interface Decider {
  decide(request: DecideRequest): Promise<DecideOutcome>;
}
