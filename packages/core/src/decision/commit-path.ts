/**
 * From an incident to its one decision: the order in which leader and followers try (D1). Everybody first looks whether
 * the ledger has the decision. The leader proposes at once; a follower leaves it that chance for a bounded while and then
 * proposes itself, for no agent's absence may block the swarm. The ledger's compare-and-set lets one proposal
 * stand; all others adopt it. Who cannot reach the ledger within the budget takes the safe action, alone, and says so (D3).
 */
import type { Policy } from "./policy.ts";

/** What is known about the incident at hand; instants on one monotonic clock, ms. */
export interface CommitFacts {
  readonly nowMs: number;
  readonly startedMs: number;
  /** The decision that the ledger holds is known. */
  readonly committed: boolean;
  /** This agent leads and may act. */
  readonly leads: boolean;
  /** The swarm has a leader that may be expected to propose. */
  readonly leaderKnown: boolean;
  readonly policy: Pick<Policy, "leaderFirstMs" | "budgetMs">;
}

/** What to do next. */
export type CommitStep =
  | { readonly kind: "adopt" }
  | { readonly kind: "propose"; readonly asLeader: boolean }
  | { readonly kind: "wait"; readonly untilMs: number }
  | { readonly kind: "safe-alone" };

/** The next step for these facts. */
export function nextCommitStep(facts: CommitFacts): CommitStep {
  const { nowMs, startedMs, policy } = facts;
  if (facts.committed) return { kind: "adopt" };
  if (nowMs >= startedMs + policy.budgetMs) return { kind: "safe-alone" };
  if (facts.leads) return { kind: "propose", asLeader: true };
  const leadersChanceUntilMs = startedMs + policy.leaderFirstMs;
  if (facts.leaderKnown && nowMs < leadersChanceUntilMs) return { kind: "wait", untilMs: leadersChanceUntilMs };
  return { kind: "propose", asLeader: false };
}
