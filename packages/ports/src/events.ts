/** Everything worth a log line or a metric, as one union: loops report events, telemetry turns them into both. */
import type { AuditReport, BudgetCommand } from "@entrain/core/budget";
import type { SessionState } from "@entrain/core/session";
import type { GoalRecord, Lineage, SwitchCause } from "@entrain/core/rhythm";
import type { HandoffReason } from "@entrain/core/task";
import type { MembershipEvent } from "./membership-events.ts";
import type { NamedWatches, ResyncCause } from "./context-watch.ts";
import type { BusEvent } from "./bus-events.ts";
import type { DecisionEvent } from "./decision-events.ts";
import type { WorkEvent } from "./work-events.ts";

/** One event of a process that hosts agents or a decision loop. */
export type RuntimeEvent =
  | {
      readonly kind: "beat.fired";
      readonly agentId: string;
      readonly goalVersion: number;
      readonly beat: number;
      readonly latenessMs: number;
    }
  | {
      readonly kind: "beat.skipped";
      readonly agentId: string;
      readonly goalVersion: number;
      readonly fromBeat: number;
      readonly toBeat: number;
    }
  | {
      readonly kind: "rhythm.adopted";
      readonly agentId: string;
      readonly lineage: Lineage;
      readonly movedCycles: number;
    }
  | { readonly kind: "rhythm.founded"; readonly agentId: string; readonly lineage: Lineage }
  /** dropped: not sent, because the stream to the peer was not drained; the next frame is newer. */
  | {
      readonly kind: "rhythm.frame";
      readonly direction: "sent" | "received" | "refused" | "dropped";
      readonly phases: number;
    }
  /** An agent pursues the goal by another strategy; empty `from`: its first one. */
  | {
      readonly kind: "strategy.switched";
      readonly agentId: string;
      readonly from: string;
      readonly to: string;
      readonly cause: SwitchCause;
    }
  | { readonly kind: "goal.changed"; readonly agentId: string; readonly goal: GoalRecord }
  | WorkEvent
  | { readonly kind: "peers.changed"; readonly connected: number; readonly wanted: number }
  /** A stream or frame of a peer was refused, by this process or by the peer; empty id: it did not name itself. */
  | { readonly kind: "peer.refused"; readonly processId: string; readonly message: string }
  /** Connections that were refused before anybody spoke, since it was last told; `message`: the last one's reason. */
  | {
      readonly kind: "connections.refused";
      readonly reason: string;
      readonly count: number;
      readonly message: string;
    }
  /** Calls that were refused before they were read, since it was last told; `message`: the last one's reason. */
  | {
      readonly kind: "calls.refused";
      readonly reason: string;
      readonly count: number;
      readonly message: string;
    }
  /** Certificates were read anew; where that failed (`message`), the old ones stay. `expiresAtMs`: Unix ms. */
  | {
      readonly kind: "tls.loaded";
      readonly outcome: "loaded" | "refused";
      readonly expiresAtMs: number;
      readonly message: string;
    }
  | MembershipEvent
  | { readonly kind: "agent.started"; readonly agentId: string; readonly incarnation: number }
  | {
      readonly kind: "agent.stopped";
      readonly agentId: string;
      readonly incarnation: number;
      readonly drained: boolean;
    }
  | { readonly kind: "agent.superseded"; readonly agentId: string; readonly incarnation: number }
  | { readonly kind: "leader.elected"; readonly agentId: string; readonly term: number }
  | { readonly kind: "leader.lost"; readonly agentId: string; readonly term: number; readonly cause: string }
  /** This agent found nobody where the leader listened, and reported it; `succeeded`: and took over by that (L5). */
  | {
      readonly kind: "leader.reported";
      readonly agentId: string;
      readonly leaderId: string;
      readonly term: number;
      readonly succeeded: boolean;
    }
  | { readonly kind: "leader.changed"; readonly leaderId: string | null; readonly term: number }
  /** `agentId` became a voter itself, or its vote evicted a dead one (M2). */
  | {
      readonly kind: "voter.changed";
      readonly agentId: string;
      readonly change: "enrolled" | "evicted";
      readonly voter: string;
    }
  /** A user's election or lock; the swarm's own leadership has events of its own. */
  | {
      readonly kind: "lease.acquired";
      readonly agentId: string;
      readonly on: "election" | "lock";
      readonly name: string;
      readonly term: number;
    }
  | {
      readonly kind: "lease.lost";
      readonly agentId: string;
      readonly on: "election" | "lock";
      readonly name: string;
      readonly term: number;
      readonly cause: string;
    }
  | {
      readonly kind: "effect.refused";
      readonly agentId: string;
      readonly effect: string;
      readonly term: number;
      readonly code: string;
    }
  | { readonly kind: "store.changed"; readonly up: boolean; readonly generation: number }
  /** The store works, but it may lose data, or its clock jumped (S2). */
  | { readonly kind: "store.warned"; readonly message: string }
  | { readonly kind: "context.read"; readonly ok: boolean; readonly roundTripMs: number }
  | { readonly kind: "context.served"; readonly hit: boolean; readonly stale: boolean }
  | {
      readonly kind: "context.changed";
      readonly version: number;
      readonly baseVersion: number;
      readonly author: string;
      readonly reason: string;
      readonly pointers: readonly string[];
    }
  /** Versions were missed, or there was no copy yet: the whole document was taken over. */
  | { readonly kind: "context.resynced"; readonly fromVersion: number; readonly version: number }
  /** A watcher of the document was told to begin anew: it was too slow, or versions were not to be had any more. */
  | {
      readonly kind: "watch.resynced";
      readonly cause: ResyncCause;
      readonly fromVersion: number;
      readonly version: number;
    }
  /** The watches of the document that this process serves, once a second; `told` since the last time. */
  | {
      readonly kind: "watches.sampled";
      readonly open: number;
      readonly waiting: number;
      /** Versions that the slowest has not been told. */
      readonly behindMax: number;
      readonly told: number;
      /** The same by the names that users gave; a bounded number of them. */
      readonly byName: readonly NamedWatches[];
    }
  /** A change of the budgets was asked for; `outcome` is that of the store, of a refusal its kind, or an error's code. */
  | { readonly kind: "budget.answered"; readonly operation: BudgetCommand["kind"]; readonly outcome: string }
  /** The log of the budgets was replayed, before a checkpoint is written. */
  | { readonly kind: "budgets.audited"; readonly report: AuditReport }
  /** How many budgets and live allocations the swarm has. */
  | { readonly kind: "budgets.counted"; readonly budgets: number; readonly leases: number }
  /** This process's share of a rate was refreshed, or could not be; `taken`: units since the last answer. */
  | {
      readonly kind: "rate.refreshed";
      readonly rate: string;
      readonly ok: boolean;
      readonly perSecond: number;
      readonly waiting: number;
      readonly taken: number;
    }
  | { readonly kind: "policy.changed"; readonly contextVersion: number; readonly policyHash: string }
  /** Decisions are the swarm's from now on, or each agent's own; told of the first version, too. */
  | { readonly kind: "mode.switched"; readonly contextVersion: number; readonly swarmMode: boolean }
  | { readonly kind: "policy.refused"; readonly contextVersion: number; readonly message: string }
  | { readonly kind: "rule.failed"; readonly ruleId: string; readonly contextVersion: number; readonly message: string }
  | DecisionEvent
  | BusEvent
  | { readonly kind: "telemetry.refused"; readonly source: string; readonly message: string }
  /** `route` is the pattern, never the path. */
  | {
      readonly kind: "http.answered";
      readonly method: string;
      readonly route: string;
      readonly status: number;
      readonly durationMs: number;
    }
  /** A request met a defect of ours. */
  | { readonly kind: "http.failed"; readonly message: string }
  | { readonly kind: "event-streams.changed"; readonly open: number }
  /** What an observer follows could not be read or reached. */
  | { readonly kind: "follow.failed"; readonly what: string; readonly code: string; readonly message: string }
  /** What an observer measured of the whole swarm; null: unknown. */
  | {
      readonly kind: "rhythm.measured";
      readonly coherence: number | null;
      readonly spreadP50Ms: number | null;
      readonly cadenceErrorPpm: number | null;
      readonly converged: boolean;
      /** The worst order since the last disturbance. */
      readonly recoveryFloor: number | null;
      /** From the last disturbance to the start of the first converged window, ms; null: not yet. */
      readonly recoveredAfterMs: number | null;
    }
  /**
   * A try of a task came to its end in this process. `again`: others may begin it anew; `lost`: the outcome does not count;
   * `handed`: another agent goes on with it.
   */
  | {
      readonly kind: "task.ended";
      readonly agentId: string;
      readonly capability: string;
      readonly taskId: string;
      readonly attempt: number;
      readonly outcome: "done" | "again" | "failed" | "lost" | "handed";
      /** Empty for a task that is done. */
      readonly cause: string;
      readonly tookMs: number;
    }
  /** An offer of a task to another agent came to its end. `expired`: the other did not answer in time. */
  | {
      readonly kind: "handoff.ended";
      /** Who offered it. */
      readonly agentId: string;
      readonly to: string;
      readonly capability: string;
      readonly taskId: string;
      readonly reason: HandoffReason;
      readonly outcome: "transferred" | "rejected" | "expired";
      /** Empty where it was transferred. */
      readonly cause: string;
      readonly tookMs: number;
    }
  /** A session that this process drives has moved on. */
  | {
      readonly kind: "session.changed";
      readonly sessionId: string;
      readonly pattern: string;
      readonly state: SessionState;
      /** 0..100; null before the end. */
      readonly score: number | null;
      /** Since the session was made. */
      readonly tookMs: number;
      readonly cause: string;
    }
  /** A session that this process waits for is driven by nobody yet; told once a wait. */
  | { readonly kind: "session.undriven"; readonly sessionId: string; readonly forMs: number }
  | { readonly kind: "listener.failed"; readonly listener: string; readonly message: string };

/** Where events go. Never throws, never blocks. */
export type EventSink = (event: RuntimeEvent) => void;
