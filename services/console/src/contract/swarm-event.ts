/** The events of `GET /api/v1/events`: names and payloads are a contract, programs outside rely on them. */
import type { BudgetView } from "./budget-view.ts";
import type { DecisionView } from "./decision-view.ts";
import type { DirectiveView } from "./directive-view.ts";
import type { SessionView } from "./session-view.ts";
import type { GoalView } from "./rhythm-view.ts";

/** A member's identity in an event. */
export interface MemberEvent {
  readonly agentId: string;
  readonly incarnation: number;
  /** When its state began, Redis's clock, Unix ms. */
  readonly at: number;
}

/** Something that happened in the swarm. */
export type SwarmEvent =
  | {
      readonly type: "agent.joined";
      readonly data: MemberEvent & { readonly address: string; readonly host: string; readonly pid: number };
    }
  | { readonly type: "agent.left"; readonly data: MemberEvent }
  | { readonly type: "agent.dead"; readonly data: MemberEvent }
  | {
      readonly type: "leader.changed";
      /** Nulls where nobody leads any more. */
      readonly data: {
        readonly agentId: string | null;
        readonly term: number | null;
        readonly leaseUntil: number | null;
      };
    }
  | { readonly type: "goal.changed"; readonly data: GoalView }
  | {
      readonly type: "strategy.switched";
      readonly data: { readonly agentId: string; readonly from: string; readonly to: string };
    }
  | { readonly type: "decision.committed"; readonly data: DecisionView }
  | {
      readonly type: "decision.adopted";
      readonly data: {
        readonly agentId: string;
        readonly incidentId: string;
        readonly decisionId: string;
        readonly action: string;
        /** The agent's wall clock, Unix ms. */
        readonly at: number;
      };
    }
  | {
      /** An approved action was carried out by enough of its targets, or its deadline is over. */
      readonly type: "directive.settled";
      readonly data: DirectiveView & {
        readonly decisionId: string;
        readonly incidentId: string;
        readonly action: string;
      };
    }
  | {
      /** One for each version. */
      readonly type: "context.changed";
      readonly data: {
        readonly version: number;
        readonly baseVersion: number;
        readonly author: string;
        readonly reason: string;
        /** JSON Pointers to the places that differ. */
        readonly pointers: readonly string[];
      };
    }
  | {
      readonly type: "budget.changed";
      /** The budget as it is now, or as it last was where it was freed. */
      readonly data: BudgetView & { readonly freed: boolean };
    }
  | {
      /** The session as it is now; more is in `GET /api/v1/sessions/{id}`. */
      readonly type: "session.changed";
      readonly data: SessionView;
    }
  | {
      readonly type: "beat";
      readonly data: {
        readonly agentId: string;
        readonly goalVersion: number;
        readonly beat: number;
        /** Unix ms with fractions: a wall-clock anchor plus the monotonic clock. */
        readonly intendedAt: number;
        readonly firedAt: number;
      };
    };

export type SwarmEventType = SwarmEvent["type"];

/** All names, in the order of the contract. */
export const swarmEventTypes = [
  "agent.joined",
  "agent.left",
  "agent.dead",
  "leader.changed",
  "goal.changed",
  "strategy.switched",
  "decision.committed",
  "decision.adopted",
  "directive.settled",
  "context.changed",
  "budget.changed",
  "session.changed",
  "beat",
] as const satisfies readonly SwarmEventType[];

/** What a subscriber gets that names no types. */
export const defaultEventTypes: readonly SwarmEventType[] = swarmEventTypes.filter((type) => type !== "beat");
