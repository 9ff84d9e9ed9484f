/** What decisions and what agents make of them have to tell: the part of a process's events that is theirs. */
import type { ActSource, Decision, Directive, TargetState } from "@entrain/core/decision";

/** One event of a decision's life. */
export type DecisionEvent =
  | {
      readonly kind: "decision.acted";
      readonly agentId: string;
      readonly decision: Decision;
      readonly source: ActSource;
      /** What the agent was when it was asked. */
      readonly role: "leader" | "follower";
      readonly latencyMs: number;
      readonly contextHit: boolean;
      /** Why the ledger could not be read, where the agent was answered before and has the same answer again. */
      readonly repeatedBecause?: string;
    }
  /** A proposal of this process was answered by the ledger: it stands, or another one did already (D1). */
  | {
      readonly kind: "proposal.answered";
      readonly agentId: string;
      readonly incidentId: string;
      readonly stands: boolean;
    }
  /** The safety gate judged an action that reaches the whole fleet; figures are 0 where it could not simulate. */
  | {
      readonly kind: "gate.judged";
      readonly agentId: string;
      readonly action: string;
      readonly outcome: "passed" | "risk" | "unknown-action" | "error";
      /** Empty where it passed. */
      readonly message: string;
      readonly members: number;
      /** Members that would fail, and those of them that no neighbour drew along. */
      readonly failed: number;
      readonly failedAtOnce: number;
    }
  /** The voters were asked to approve an action of the swarm's scope; `unasked`: they could not be, or not in time. */
  | {
      readonly kind: "approval.asked";
      readonly agentId: string;
      readonly incidentId: string;
      readonly action: string;
      readonly outcome: "approved" | "refused" | "unasked";
    }
  /** An agent has attempted what a directive asks of it; `told`: whether the store took the outcome. */
  | {
      readonly kind: "action.attempted";
      readonly agentId: string;
      readonly incidentId: string;
      readonly decisionId: string;
      readonly outcome: "done" | "failed" | "refused";
      readonly note: string;
      readonly told: "told" | "lost" | "untold";
    }
  /** A directive was settled, as the leader saw it; those that are lacking are escalated. */
  | {
      readonly kind: "directive.settled";
      readonly incidentId: string;
      readonly decisionId: string;
      readonly action: string;
      readonly scope: Directive["scope"];
      readonly outcome: Directive["outcome"];
      readonly targets: number;
      readonly done: number;
      readonly lacking: readonly {
        readonly agentId: string;
        readonly state: TargetState;
        readonly note: string;
      }[];
      /** Members that were missing when it was proposed. */
      readonly missing: readonly string[];
    }
  /** What the ledger has counted of directives, as an observer read it. */
  | {
      readonly kind: "directives.counted";
      readonly open: number;
      readonly met: number;
      readonly missed: number;
      readonly escalated: number;
    }
  /** The swarm's health, as this process reads it, has fallen under the policy's threshold, or is over it again. */
  | { readonly kind: "safe-mode.switched"; readonly on: boolean; readonly health: number }
  /** Safe mode went on for so long since the last reading of the health. */
  | { readonly kind: "safe-mode.held"; readonly heldMs: number }
  | { readonly kind: "decision.unreachable"; readonly agentId: string; readonly message: string }
  /** An action taken alone was compared with the ledger (D3); null: the ledger has no decision on that incident. */
  | {
      readonly kind: "decision.reconciled";
      readonly agentId: string;
      readonly incidentId: string;
      readonly acted: string;
      readonly ledgerAction: string | null;
    }
  /** The ledger had lost a decision that this process knew (D4): it was restored, or another one stands by now. */
  | {
      readonly kind: "decision.reoffered";
      readonly outcome: "restored" | "replaced";
      readonly incidentId: string;
      readonly decisionId: string;
      readonly action: string;
      readonly standingId: string;
      readonly standingAction: string;
    }
  | {
      readonly kind: "reasoner.failed";
      readonly reasoner: string;
      readonly cause: "threw" | "late" | "invalid";
      readonly message: string;
    }
  | { readonly kind: "acts.unrecorded"; readonly pending: number; readonly dropped: number; readonly message: string }
  /** What the ledger has counted for the whole swarm, as an observer read it. */
  | {
      readonly kind: "decisions.counted";
      readonly committed: number;
      /** Incidents on which agents acted differently. */
      readonly divergent: number;
      /** Safe actions that agents took alone. */
      readonly safeAlone: number;
    }
  /** What the newest acts of the whole swarm came to, as an observer saw them; null before the first one. */
  | {
      readonly kind: "acts.measured";
      /** Share whose context came from the cache, 0..1. */
      readonly cacheHitRate: number | null;
      /** Share of safe actions that were taken alone, 0..1. */
      readonly fallbackRate: number | null;
      readonly p50Ms: number | null;
      readonly p95Ms: number | null;
      readonly p99Ms: number | null;
    };
