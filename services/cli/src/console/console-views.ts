/**
 * What the console's HTTP API answers, as far as this command shows it. Unknown numbers are null. Programs outside read
 * the same answers; the API's own description is at /api/openapi.json.
 */

/** Quantiles, ms; null where nothing was measured. */
export interface QuantilesView {
  readonly p50: number | null;
  readonly p99: number | null;
}

/** What a goal says, and what may be asked for in `PUT /api/v1/rhythm/goal`. */
export interface GoalShape {
  readonly kind: string;
  readonly periodMs?: number;
  readonly groups?: number;
  readonly coherence?: number;
  readonly trust?: string;
  readonly strategies?: readonly string[];
}

/** The goal record. */
export interface GoalView extends GoalShape {
  readonly goalVersion: number;
  readonly periodMs: number;
  readonly anchorUnixMs: number;
  readonly effectiveBeat: number;
}

/** `GET /api/v1/rhythm` */
export interface RhythmView {
  readonly goal: GoalView | null;
  readonly strategy: string | null;
  readonly coherence: number | null;
  /** 1: perfectly even. */
  readonly maxGapRatio: number | null;
  readonly spreadMs: QuantilesView;
  readonly cadenceErrorPpm: number | null;
  readonly converged: boolean | null;
  readonly convergedAfterMs: number | null;
}

/** `GET /api/v1/leader` */
export interface LeaderView {
  readonly agentId: string | null;
  readonly term: number | null;
}

/** Counts of `GET /api/v1/swarm`. */
export interface DecisionCounts {
  readonly count: number | null;
  readonly divergence: number | null;
  readonly safeAlone: number | null;
}

/** `GET /api/v1/swarm` */
export interface SwarmView {
  readonly swarmId: string;
  readonly agents: number | null;
  readonly leader: LeaderView;
  readonly rhythm: RhythmView;
  readonly context: { readonly version: number | null };
  readonly decisions: DecisionCounts;
  readonly store: { readonly up: boolean | null; readonly generation: number | null };
}

/** One of `GET /api/v1/agents`. */
export interface AgentView {
  readonly agentId: string;
  readonly incarnation: number | null;
  readonly state: string;
  readonly role: string | null;
  readonly health: number | null;
  readonly pid: number | null;
  readonly phaseRad: number | null;
  readonly opsUrl?: string | null;
}

/** One agent's part in the answer of `POST /api/v1/telemetry`. */
export interface AgentDecisionView {
  readonly agentId: string;
  readonly action: string;
  readonly decisionId: string;
  readonly type: string;
  readonly term: number | null;
  readonly contextVersion: number | null;
  readonly source: string;
}

/** `POST /api/v1/telemetry` */
export interface InjectionView {
  /** Null where no agent answered. */
  readonly incidentId: string | null;
  readonly divergence: number | null;
  readonly missing: readonly string[];
  readonly decisions: readonly AgentDecisionView[];
}

/** One of `GET /api/v1/decisions`. */
export interface DecisionView {
  readonly decisionId: string;
  readonly incidentId: string;
  readonly action: string;
  readonly type: string;
  readonly confidence: number | null;
  readonly reasoning: string;
  readonly term: number | null;
  readonly contextVersion: number | null;
  readonly committedAt: number | null;
  readonly acts: readonly { readonly agentId: string; readonly action: string; readonly source: string }[];
}
