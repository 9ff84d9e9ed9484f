/** Budgets: a tree of limits over several resources, and what is taken from it (B1 to B3). */
export {
  addAmounts,
  amountLimits,
  amountOf,
  checkAmounts,
  usualKind,
  type Amounts,
  type ResourceKind,
} from "./amounts.ts";
export { missingFor } from "./admission.ts";
export { createBudgetAudit, type AuditEntry, type AuditReport, type BudgetAudit } from "./audit.ts";
export { budgetPoliciesOf, budgetPoliciesPointer, checkBudgetPolicies, type BudgetDefaults } from "./defaults.ts";
export { forecastLimits, type ForecastSettings } from "./forecast.ts";
export { budgetEntriesMax, budgetLogLimits } from "./log-limits.ts";
export type { BudgetCheckpoint } from "./snapshot.ts";
export { createBudgetBook, type BudgetBook } from "./book.ts";
export {
  allocationRequest,
  budgetAmendment,
  budgetDefinition,
  budgetLimits,
  budgetStrategyNames,
  checkBudgetRequestId,
  type AllocationRequest,
  type AllocationWish,
  type Budget,
  type BudgetChange,
  type BudgetDefinition,
  type BudgetStrategyName,
  type BudgetWish,
  type Grant,
} from "./budget.ts";
export { checkWithin } from "./check-within.ts";
export {
  checkPolicy,
  policyLimits,
  usualPolicy,
  type BudgetExhaustion,
  type BudgetPolicy,
  type PolicyWish,
  type Shares,
} from "./policy.ts";
export { budgetError, type BudgetCommand, type BudgetOutcome, type BudgetRefusal } from "./command.ts";
