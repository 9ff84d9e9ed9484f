/** Budgets: domain to wire and back; what comes in is checked whole. A refusal is an answer and travels with its figures. */
import { EntrainError, checkId } from "@entrain/kernel";
import {
  budgetError,
  budgetStrategyNames,
  checkAmounts,
  checkPolicy,
  type Amounts,
  type Budget,
  type BudgetExhaustion,
  type BudgetOutcome,
  type BudgetPolicy,
  type BudgetRefusal,
  type ForecastSettings,
  type Grant,
  type ResourceKind,
} from "@entrain/core/budget";
import type { Budget as WireBudget, Budget__Output } from "./gen/entrain/v1/Budget.ts";
import type { BudgetForecast__Output } from "./gen/entrain/v1/BudgetForecast.ts";
import type { BudgetGrant, BudgetGrant__Output } from "./gen/entrain/v1/BudgetGrant.ts";
import type { BudgetOutcome as WireOutcome, BudgetOutcome__Output } from "./gen/entrain/v1/BudgetOutcome.ts";
import type { BudgetPolicy__Output } from "./gen/entrain/v1/BudgetPolicy.ts";
import type { BudgetRefusal as WireRefusal, BudgetRefusal__Output } from "./gen/entrain/v1/BudgetRefusal.ts";
import { count, finite, oneOf, present } from "./wire-fields.ts";

const outcomeKinds = ["done", "repeated", "granted", "extended", "refused"] as const;
const countedKinds = ["budgets", "children", "levels", "waiting"] as const;
const classFields = ["reserve", "tier"] as const;
const resourceKinds = ["reusable", "consumable"] as const satisfies readonly ResourceKind[];

export function outcomeToWire(outcome: BudgetOutcome): WireOutcome {
  switch (outcome.kind) {
    case "done":
    case "repeated":
      return { kind: outcome.kind };
    case "granted":
      return { kind: "granted", grant: { ...outcome.grant, repeated: outcome.repeated } };
    case "extended":
      return outcome;
    case "refused":
      return { kind: "refused", refusal: refusalToWire(outcome.refusal) };
  }
}

/** @throws EntrainError `invalid-argument` that names the field. */
export function budgetOutcomeFromWire(outcome: BudgetOutcome__Output): BudgetOutcome {
  const kind = oneOf("kind", outcome.kind, outcomeKinds);
  switch (kind) {
    case "done":
    case "repeated":
      return { kind };
    case "granted": {
      const grant = present("grant", outcome.grant);
      return { kind, grant: grantFromWire(grant), repeated: grant.repeated };
    }
    case "extended":
      return {
        kind,
        leaseUntilMs: finite("lease_until_ms", outcome.leaseUntilMs),
        leaseLeftMs: finite("lease_left_ms", outcome.leaseLeftMs),
      };
    case "refused":
      return { kind, refusal: refusalFromWire(present("refusal", outcome.refusal)) };
  }
}

function grantFromWire({ allocationId, budgetId, amounts, leaseUntilMs, leaseLeftMs }: BudgetGrant__Output): Grant {
  return {
    allocationId,
    budgetId: checkId("grant.budget_id", budgetId),
    amounts: checkAmounts("grant.amounts", amounts, 1),
    leaseUntilMs: finite("grant.lease_until_ms", leaseUntilMs),
    leaseLeftMs: finite("grant.lease_left_ms", leaseLeftMs),
  } satisfies Omit<BudgetGrant, "repeated">;
}

function refusalToWire(refusal: BudgetRefusal): WireRefusal {
  const { message } = budgetError(refusal);
  if (refusal.kind !== "unrelated") return { ...refusal, message };
  return { kind: refusal.kind, message, fromBudgetId: refusal.from, toBudgetId: refusal.to };
}

function refusalFromWire(refusal: BudgetRefusal__Output): BudgetRefusal {
  const { kind, budgetId, allocationId, requestId, resource } = refusal;
  switch (kind) {
    case "unknown-budget":
    case "exists":
    case "closing":
    case "policy-changed":
      return { kind, budgetId };
    case "unknown-allocation":
    case "ended":
      return { kind, allocationId };
    case "request-reused":
      return { kind, requestId };
    case "unknown-resource":
      return { kind, budgetId, resource };
    case "unknown-class":
      return { kind, budgetId, field: oneOf("refusal.field", refusal.field, classFields), name: refusal.name };
    case "not-root":
    case "no-lease":
      return { kind, budgetId };
    case "exhausted":
      return {
        kind,
        budgetId,
        remaining: refusal.remaining,
        preempted: count("preempted", refusal.preempted),
        waitMs: count("wait_ms", refusal.waitMs),
      };
    case "noticed":
      return { kind, allocationId, leaseUntilMs: finite("lease_until_ms", refusal.leaseUntilMs) };
    case "consumed":
      return { kind, allocationId, resource, limit: count("limit", refusal.limit) };
    case "unrelated":
      return { kind, from: refusal.fromBudgetId, to: refusal.toBudgetId };
    case "too-many":
      return { kind, what: oneOf("refusal.what", refusal.what, countedKinds) };
    default:
      throw EntrainError.invalid("refusal.kind", kind, "update this process: the coordinator is newer");
  }
}

export function budgetToWire(budget: Budget): WireBudget {
  return { ...budget, parentId: budget.parentId ?? "", leaseUntilMs: budget.leaseUntilMs ?? 0 };
}

/** @throws EntrainError `invalid-argument` that names the field. */
export function budgetFromWire(budget: Budget__Output, field: string): Budget {
  const amounts = (name: "limits" | "granted" | "used" | "presumed" | "available"): Amounts =>
    Object.fromEntries(
      Object.entries(budget[name]).map(([resource, amount]) => [resource, count(`${field}.${name}`, amount)]),
    );
  return {
    budgetId: checkId(`${field}.budget_id`, budget.budgetId),
    parentId: budget.parentId === "" ? null : checkId(`${field}.parent_id`, budget.parentId),
    strategy: oneOf(`${field}.strategy`, budget.strategy, budgetStrategyNames),
    kinds: kindsFromWire(`${field}.kinds`, budget.kinds),
    limits: amounts("limits"),
    granted: amounts("granted"),
    used: amounts("used"),
    presumed: amounts("presumed"),
    available: amounts("available"),
    leases: count(`${field}.leases`, budget.leases),
    children: count(`${field}.children`, budget.children),
    leaseUntilMs: budget.leaseUntilMs === 0 ? null : finite(`${field}.lease_until_ms`, budget.leaseUntilMs),
    closing: budget.closing,
    policy: policyFromWire(present(`${field}.policy`, budget.policy)),
  };
}

/** Kinds by resource. @throws EntrainError `invalid-argument` that names the field. */
export function kindsFromWire(
  field: string,
  kinds: Readonly<Record<string, string>>,
): Readonly<Record<string, ResourceKind>> {
  return Object.fromEntries(
    Object.entries(kinds).map(([resource, kind]) => [resource, oneOf(`${field}/${resource}`, kind, resourceKinds)]),
  );
}

/** A policy; what it does not say is as usual. @throws EntrainError `invalid-argument` that names the field. */
export function policyFromWire({ reserves, tiers, exhaustion }: BudgetPolicy__Output): BudgetPolicy {
  return checkPolicy({
    reserves,
    tiers,
    // What kinds there are, and which fields each has, is checked by the core.
    ...(exhaustion === null ? {} : { exhaustion: exhaustion as BudgetExhaustion }),
  });
}

/** How far a budget looks ahead; what is left out has its default. */
export function forecastFromWire({
  periodMs,
  levelPercent,
  trendPercent,
}: BudgetForecast__Output): Partial<ForecastSettings> {
  return {
    ...(periodMs === 0 ? {} : { periodMs }),
    ...(levelPercent === 0 ? {} : { levelPercent }),
    ...(trendPercent === undefined ? {} : { trendPercent }),
  };
}
