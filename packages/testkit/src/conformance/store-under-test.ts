/** A store as the conformance suites see it, and the records that they put into it. */
import type { MembershipTimings } from "@entrain/core/membership";
import type { Decision } from "@entrain/core/decision";
import type {
  BudgetStore,
  BarrierStore,
  BusStore,
  ContextStore,
  DirectiveStore,
  ElectionStore,
  GlobalState,
  GoalStore,
  Heartbeat,
  Ledger,
  LockStore,
  MemberOffer,
  Proposal,
  PoolStore,
  RateStore,
  RoleStore,
  Registry,
  SessionStore,
  ScheduleStore,
  StoreHealth,
  SuccessionStore,
  SuspicionStore,
  TaskStore,
  VoteStore,
} from "@entrain/ports";

/** The ports of the store for one process. */
export interface StorePorts {
  readonly health: StoreHealth;
  readonly registry: Registry;
  election(name?: string): ElectionStore;
  lock(name: string): LockStore;
  barrier(name: string): BarrierStore;
  readonly ledger: Ledger;
  readonly directives: DirectiveStore;
  readonly goals: GoalStore;
  readonly globalState: GlobalState;
  readonly context: ContextStore;
  readonly rates: RateStore;
  readonly budgets: BudgetStore;
  readonly tasks: TaskStore;
  readonly sessions: SessionStore;
  readonly bus: BusStore;
  readonly schedules: ScheduleStore;
  readonly votes: VoteStore;
  readonly succession: SuccessionStore;
  readonly suspicions: SuspicionStore;
  readonly roles: RoleStore;
  readonly pools: PoolStore;
}

/** One empty swarm in a store. */
export interface StoreUnderTest extends AsyncDisposable {
  /** The timings of its registry: choose them short. */
  readonly membership: MembershipTimings;
  /** The ports of another process, connected; closed with the swarm. */
  client(): Promise<StorePorts>;
}

/** Registry timings that let a member die and be forgotten within a test. */
export const shortMembership: MembershipTimings = {
  heartbeatMs: 40,
  deadAfterMs: 200,
  missingForMs: 300,
  forgetAfterMs: 600,
};

/** What a process says of an agent. */
export function offerOf(agentId: string, incarnation = 1, health = 1): MemberOffer {
  return {
    agentId,
    incarnation,
    processId: `process-of-${agentId}`,
    host: "host",
    pid: 4_711,
    address: "127.0.0.1:4000",
    opsUrl: "http://127.0.0.1:4001",
    health,
  };
}

/** Its sign of life. */
export function beatOf(agentId: string, incarnation = 1, health = 1, risk = 0): Heartbeat {
  return { agentId, incarnation, health, risk };
}

/** A proposal of `committedBy` on `incidentId`; its id names both. */
export function proposalOf(incidentId: string, committedBy: string, action = "throttle"): Proposal {
  const input: Decision["input"] = {
    reading: { temperature: 85, subject: "rack-7", note: 'quoted "text", / and ü' },
    health: 0.75,
    safeMode: false,
    contextVersion: 1,
    policyHash: "policy-hash",
  };
  return {
    decisionId: `${incidentId}#${committedBy}`,
    incidentId,
    type: "ANOMALY_RESPONSE",
    action,
    confidence: 0.8,
    reasoning: "temperature at or over 80 °C (critical)",
    contextVersion: 1,
    policyHash: "policy-hash",
    input,
    inputHash: "input-hash",
    committedBy,
  };
}
