/** What can be done with budgets, and how it may turn out. The same for the model and for the store. */
import { EntrainError } from "@entrain/kernel";
import { budgetLimits, type AllocationRequest, type BudgetDefinition, type Grant } from "./budget.ts";
import type { Amounts } from "./amounts.ts";
import type { BudgetPolicy } from "./policy.ts";

/** One change of the ledger of budgets. */
export type BudgetCommand =
  | { readonly kind: "create"; readonly definition: BudgetDefinition }
  | { readonly kind: "allocate"; readonly request: AllocationRequest }
  /** Prolongs an allocation from now on, never beyond its budget's lease (B2); one that was given notice it only shortens. */
  | { readonly kind: "extend"; readonly budgetId: string; readonly allocationId: string; readonly leaseMs: number }
  /** What was consumed of an allocation so far: totals, so that a repetition changes nothing. */
  | { readonly kind: "consume"; readonly budgetId: string; readonly allocationId: string; readonly consumed: Amounts }
  | { readonly kind: "release"; readonly budgetId: string; readonly allocationId: string }
  /** Moves room between a budget and its parent, or between siblings. */
  | {
      readonly kind: "transfer";
      readonly from: string;
      readonly to: string;
      readonly amounts: Amounts;
      readonly requestId: string;
    }
  /** Prolongs a child budget from now on, never beyond its parent (B2), and never to an earlier end. */
  | { readonly kind: "prolong"; readonly budgetId: string; readonly leaseMs: number }
  /** Grants nothing new; frees the budget with the last of its children. */
  | { readonly kind: "close"; readonly budgetId: string }
  | BudgetAmendment;

/** Changes a budget while it is used; what is left out stays. */
export interface BudgetAmendment {
  readonly kind: "amend";
  readonly budgetId: string;
  /** New limits of a root, by resource; a child's come from its parent (`transfer`). */
  readonly limits?: Amounts;
  readonly policy?: BudgetPolicy;
  /** The policy that `policy` was made of: where it is no longer the budget's, nothing is changed. */
  readonly base?: BudgetPolicy;
}

/** Why a command was refused. */
export type BudgetRefusal =
  | { readonly kind: "unknown-budget"; readonly budgetId: string }
  | { readonly kind: "unknown-allocation"; readonly allocationId: string }
  /** The id exists with another definition. */
  | { readonly kind: "exists"; readonly budgetId: string }
  /** The request id was used for something else. */
  | { readonly kind: "request-reused"; readonly requestId: string }
  | { readonly kind: "unknown-resource"; readonly budgetId: string; readonly resource: string }
  /** The budget's policy has no such reserve or tier. */
  | {
      readonly kind: "unknown-class";
      readonly budgetId: string;
      readonly field: "reserve" | "tier";
      readonly name: string;
    }
  /** Its limits are parts of its parent's. */
  | { readonly kind: "not-root"; readonly budgetId: string }
  /** It is a root, or lasts as long as one. */
  | { readonly kind: "no-lease"; readonly budgetId: string }
  | { readonly kind: "closing"; readonly budgetId: string }
  /** Its policy is no longer the one that the change was made of. */
  | { readonly kind: "policy-changed"; readonly budgetId: string }
  /** There is not enough; `remaining` is what the budget itself has left for this request. */
  | {
      readonly kind: "exhausted";
      readonly budgetId: string;
      readonly remaining: Amounts;
      readonly preempted: number;
      /** How long the budget's policy lets a request wait for room, ms; 0: it fails. */
      readonly waitMs: number;
    }
  /** The allocation's lease is over, or it was released. */
  | { readonly kind: "ended"; readonly allocationId: string }
  /** A higher priority needs it: it ends at its lease's end. */
  | { readonly kind: "noticed"; readonly allocationId: string; readonly leaseUntilMs: number }
  /** More was consumed than was allocated, or less than before. */
  | { readonly kind: "consumed"; readonly allocationId: string; readonly resource: string; readonly limit: number }
  /** Neither parent and child nor siblings. */
  | { readonly kind: "unrelated"; readonly from: string; readonly to: string }
  | { readonly kind: "too-many"; readonly what: "budgets" | "children" | "levels" | "waiting" };

/** How a command turned out. */
export type BudgetOutcome =
  | { readonly kind: "done" }
  /** It had been done before. */
  | { readonly kind: "repeated" }
  | { readonly kind: "granted"; readonly grant: Grant; readonly repeated: boolean }
  | { readonly kind: "extended"; readonly leaseUntilMs: number; readonly leaseLeftMs: number }
  | { readonly kind: "refused"; readonly refusal: BudgetRefusal };

/** The error that a refusal is to a caller. */
export function budgetError(refusal: BudgetRefusal): EntrainError {
  switch (refusal.kind) {
    case "unknown-budget":
      return new EntrainError("not-found", `there is no budget ${refusal.budgetId}: create it first`, {
        field: "budgetId",
        value: refusal.budgetId,
      });
    case "unknown-allocation":
      return new EntrainError("not-found", `there is no allocation ${refusal.allocationId} in this budget`, {
        field: "allocationId",
        value: refusal.allocationId,
      });
    case "exists":
      return new EntrainError(
        "already-exists",
        `budget ${refusal.budgetId} exists with another definition: choose another id, or close it first`,
        { field: "budgetId", value: refusal.budgetId },
      );
    case "request-reused":
      return new EntrainError(
        "already-exists",
        `the request id ${refusal.requestId} has been used for something else: give each request an id of its own`,
        { field: "requestId", value: refusal.requestId },
      );
    case "unknown-resource":
      return misasked(
        `budget ${refusal.budgetId} has no resource ${refusal.resource}: name one of its limits`,
        `amounts/${refusal.resource}`,
        refusal.resource,
      );
    case "unknown-class":
      return misasked(
        `budget ${refusal.budgetId} has no ${refusal.field} ${refusal.name}: name one of its policy, or leave it out`,
        refusal.field,
        refusal.name,
      );
    case "not-root":
      return misasked(
        `the limits of ${refusal.budgetId} are parts of its parent's: transfer from there`,
        "limits",
        refusal.budgetId,
      );
    case "no-lease":
      return misasked(
        `budget ${refusal.budgetId} has no lease: there is nothing to prolong`,
        "leaseMs",
        refusal.budgetId,
      );
    case "closing":
    case "policy-changed":
      return new EntrainError("conflict", conflictText(refusal), { field: "budgetId", value: refusal.budgetId });
    case "exhausted":
      return new EntrainError("resource-exhausted", exhaustedText(refusal), { value: refusal.remaining });
    case "ended":
      return new EntrainError("conflict", `allocation ${refusal.allocationId} has ended: allocate anew`, {
        field: "allocationId",
        value: refusal.allocationId,
      });
    case "noticed":
      return new EntrainError(
        "conflict",
        `allocation ${refusal.allocationId} was given notice for a higher priority: stop by its lease's end`,
        { field: "allocationId", value: refusal.leaseUntilMs },
      );
    case "consumed":
      return misasked(
        `consumed/${refusal.resource} must lie between what was reported before and the ${refusal.limit} allocated`,
        `consumed/${refusal.resource}`,
        refusal.limit,
      );
    case "unrelated":
      return misasked(
        `${refusal.from} and ${refusal.to} are neither parent and child nor siblings: transfer step by step`,
        "to",
        refusal.to,
      );
    case "too-many":
      return new EntrainError("resource-exhausted", tooManyText(refusal.what));
  }
}

function misasked(text: string, field: string, value: unknown): EntrainError {
  return new EntrainError("invalid-argument", text, { field, value });
}

function conflictText({ kind, budgetId }: Extract<BudgetRefusal, { kind: "closing" | "policy-changed" }>): string {
  if (kind === "closing") return `budget ${budgetId} is closing and grants nothing new`;
  return `the policy of budget ${budgetId} was changed meanwhile: read it, and amend it again`;
}

function exhaustedText({ budgetId, remaining, preempted }: Extract<BudgetRefusal, { kind: "exhausted" }>): string {
  const left = Object.entries(remaining).map(([resource, amount]) => `${amount} ${resource}`);
  const notice = preempted === 0 ? "" : `; ${preempted} of lower priority were given notice: try again when they end`;
  return `budget ${budgetId} has ${left.join(", ")} left${notice}`;
}

function tooManyText(what: Extract<BudgetRefusal, { kind: "too-many" }>["what"]): string {
  if (what === "waiting") return `${budgetLimits.waitingMax} wait for room already, which is the most: ask again later`;
  const most = { budgets: budgetLimits.budgetsMax, children: budgetLimits.childrenMax, levels: budgetLimits.depthMax };
  return `there are ${most[what]} ${what} already, which is the most: close some first`;
}
