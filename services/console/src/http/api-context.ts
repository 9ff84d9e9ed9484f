/** What the routes work with: handed in whole, so that a test can hand in a real model over inputs of its own. */
import type { Random } from "@entrain/kernel";
import type {
  BudgetStore,
  Clock,
  ContextDesk,
  ElectionStore,
  EventSink,
  GoalStore,
  Ledger,
  ScheduleStore,
  Timers,
  VoteStore,
} from "@entrain/ports";
import type { DecisionAudit, SessionDesk } from "@entrain/runtime";
import type { Readiness } from "@entrain/telemetry";
import type { EventHub } from "../events/event-hub.ts";
import type { Access } from "./access.ts";
import type { AuditEntry } from "./audit.ts";
import type { SwarmFollower } from "../swarm-follower.ts";

/** The console behind the API. */
export interface ApiContext {
  readonly swarm: Pick<SwarmFollower, "model" | "feed" | "now" | "processOf" | "connection">;
  readonly store: {
    readonly ledger: Pick<Ledger, "list" | "stats">;
    readonly election: Pick<ElectionStore, "read">;
    readonly goals: Pick<GoalStore, "readOrCreate" | "set">;
    readonly budgets: Pick<BudgetStore, "apply" | "list" | "read" | "log" | "watch" | "checkpoint">;
    readonly schedules: Pick<ScheduleStore, "list">;
    readonly votes: Pick<VoteStore, "voters" | "remove">;
  };
  /** Reads and changes the shared document. */
  readonly desk: ContextDesk;
  /** Replays the newest decisions of the ledger (D2). */
  readonly auditDecisions: (limit: number) => Promise<DecisionAudit>;
  /** Makes, reads and ends sessions. */
  readonly sessions: Pick<SessionDesk, "create" | "read" | "list" | "cancel">;
  /** The least number of voters that is a quorum. */
  readonly votersMin: number;
  readonly hub: EventHub;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly metrics: { readonly contentType: string; readonly text: () => Promise<string> };
  /** Whether the console has seen the swarm and is not about to end; if not, why. */
  readonly ready: () => Readiness;
  readonly events: EventSink;
  /** Who may look, and who may change. */
  readonly access: Access;
  /** Keeps what was changed by whom. */
  readonly audit: (entry: AuditEntry) => void;
}
