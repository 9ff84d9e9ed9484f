/** A decision, what it rests on, and what agents did about it. */
import type { TraceCarrier } from "@entrain/kernel";
import type { Approval } from "./decision-ballot.ts";
import type { DecisionType } from "./decision-type.ts";
import type { DirectiveTerms } from "./propagation.ts";
import type { FleetMember } from "./safety-gate.ts";
import type { Reading } from "./reading.ts";

/** What a reasoner says. */
export interface Verdict {
  readonly type: DecisionType;
  readonly action: string;
  /** 0..1 */
  readonly confidence: number;
  readonly reasoning: string;
}

/**
 * The whole input of a decision (D2): a deterministic reasoner run again on it gives the same verdict. Safe mode is part
 * of it, judged once by the committer.
 */
export interface DecisionInput {
  readonly reading: Reading;
  /** Health of the swarm, 0..1; null where unknown. */
  readonly health: number | null;
  readonly safeMode: boolean;
  readonly contextVersion: number;
  readonly policyHash: string;
  /** The members that are alive or missing, where the safety gate was asked. */
  readonly fleet?: readonly FleetMember[];
  /** What the voters said, where they were asked. */
  readonly approval?: Approval;
}

/** A committed decision: one per incident (D1). */
export interface Decision extends Verdict {
  readonly decisionId: string;
  readonly incidentId: string;
  /** The leader's term in force when it was committed; 0 where no leader was known. */
  readonly term: number;
  readonly contextVersion: number;
  readonly policyHash: string;
  readonly input: DecisionInput;
  /** SHA-256 of the input's canonical JSON, hex. */
  readonly inputHash: string;
  readonly committedBy: string;
  /** The store's clock, Unix ms. */
  readonly committedAtMs: number;
  /** Who is to carry the action out, where the swarm approved it and the policy propagates. */
  readonly directive?: DirectiveTerms;
  /** What proposed it; absent where nothing was traced. No part of the input. */
  readonly trace?: TraceCarrier;
}

/**
 * `committed`: this agent's proposal stands. `adopted`: another's does. `safe-alone`: no ledger in reach (D3). `local`: the
 * swarm mode is off, and the agent's own reasoning was asked alone.
 */
export type ActSource = "committed" | "adopted" | "safe-alone" | "local";

/** What one agent did about one incident. */
export interface Act {
  readonly agentId: string;
  readonly incidentId: string;
  readonly decisionId: string;
  readonly action: string;
  readonly source: ActSource;
  /** Unix ms, the agent's wall clock. */
  readonly atMs: number;
}
