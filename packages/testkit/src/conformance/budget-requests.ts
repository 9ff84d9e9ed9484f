/** The requests that the cases of a BudgetStore are made of. */
import {
  allocationRequest,
  budgetDefinition,
  type AllocationWish,
  type BudgetOutcome,
  type BudgetWish,
} from "@entrain/core/budget";
import type { BudgetStore } from "@entrain/ports";

/** Makes a budget. */
export const make = (store: BudgetStore, wish: BudgetWish): Promise<BudgetOutcome> =>
  store.apply({ kind: "create", definition: budgetDefinition(wish) });

/** Asks for a part of a budget. */
export const allocate = (store: BudgetStore, budgetId: string, wish: AllocationWish): Promise<BudgetOutcome> =>
  store.apply({ kind: "allocate", request: allocationRequest(budgetId, wish) });
