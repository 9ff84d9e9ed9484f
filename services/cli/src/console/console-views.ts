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
  /** Redis is away: this is what the console knew last. */
  readonly stale?: true;
}

/** One of `GET /api/v1/agents`. */
export interface AgentView {
  readonly agentId: string;
  readonly incarnation: number | null;
  readonly state: string;
  readonly role: string | null;
  readonly assignedRole: string | null;
  readonly health: number | null;
  readonly load: number | null;
  readonly capabilities: readonly string[];
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

/** How far a decision's action is propagated. */
export interface DirectiveView {
  readonly outcome: string;
  readonly targets: number;
  readonly done: number;
  readonly dueAt: number | null;
  readonly lacking: readonly { readonly agentId: string; readonly state: string; readonly note: string }[];
  /** Absent where the console is older than this command. */
  readonly missing?: readonly string[];
}

/** One of `GET /api/v1/budgets`. */
export interface BudgetView {
  readonly budgetId: string;
  readonly parentId: string | null;
  readonly strategy: string;
  readonly limits: Readonly<Record<string, number>>;
  readonly used: Readonly<Record<string, number>>;
  readonly granted: Readonly<Record<string, number>>;
  readonly available: Readonly<Record<string, number>>;
  readonly leases: number;
}

/** `GET /api/v1/voters` */
export interface VotersView {
  readonly version: number;
  /** How many votes are a majority. */
  readonly quorum: number;
  readonly voters: readonly { readonly agentId: string; readonly since: number | null; readonly dead: boolean }[];
}

/** One of `GET /api/v1/sessions`. */
export interface SessionView {
  readonly sessionId: string;
  readonly description: string;
  readonly pattern: string;
  readonly state: string;
  readonly score: number | null;
  readonly cause: string;
  readonly createdAt: number;
  readonly changedAt: number;
}

/** `GET /api/v1/sessions/{id}` */
export interface SessionDetail extends SessionView {
  readonly result: unknown;
  readonly budget: {
    readonly budgetId: string;
    readonly state: string;
    readonly held: Readonly<Record<string, number>>;
    readonly consumed: Readonly<Record<string, number>>;
  } | null;
  readonly parts: readonly { readonly name: string; readonly weight: number; readonly met: boolean }[];
  readonly steps: readonly {
    readonly path: string;
    readonly capability: string;
    readonly state: string;
    readonly agentId: string | null;
    readonly cause: string;
  }[];
}

/** `GET /api/v1/budget-audit` */
export interface AuditView {
  readonly entries: number;
  readonly from: number;
  readonly complete: boolean;
  readonly faults: readonly string[];
  readonly presumed: readonly { readonly budgetId: string; readonly resource: string; readonly amount: number }[];
}

/** `GET /api/v1/decision-audit` */
export interface DecisionAuditView {
  readonly decisions: number;
  readonly rules: { readonly same: number; readonly other: number; readonly fallback: number };
  readonly policyUnknown: number;
  readonly faults: readonly string[];
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
  /** How far its action is propagated; null or absent where it is not. */
  readonly directive?: DirectiveView | null;
}
