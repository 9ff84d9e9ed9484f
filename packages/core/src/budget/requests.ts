/**
 * Requests that were made, and what is said to whoever makes them again (B3): the part as it is held now, or that it has
 * ended. A request belongs to one life of its budget: one that is made anew under the same id knows none of the earlier ones.
 */
import { budgetLimits } from "./budget.ts";
import type { BudgetOutcome } from "./command.ts";
import type { Ledger } from "./ledger.ts";

/** A request, by the budget and the id that it was made with. */
export interface RequestName {
  readonly budgetId: string;
  readonly requestId: string;
}

interface Made {
  /** What makes it the same one. */
  readonly text: string;
  /** undefined: it moved room, and nothing is held. */
  readonly allocationId: string | undefined;
}

/** Those that are remembered, by budget and request id. */
export type MadeRequests = Map<string, Map<string, Made>>;

/** Takes one down that was carried out. */
export function rememberRequest(made: MadeRequests, { budgetId, requestId }: RequestName, request: Made): void {
  const ofBudget = made.get(budgetId) ?? new Map<string, Made>();
  made.set(budgetId, ofBudget.set(requestId, request));
}

/** Forgets one whose part ended long ago, unless the name stands for a later part by now. */
export function forgetRequest(made: MadeRequests, { budgetId, requestId }: RequestName, allocationId: string): void {
  const ofBudget = made.get(budgetId);
  if (ofBudget?.get(requestId)?.allocationId === allocationId) ofBudget.delete(requestId);
}

/** The answer to a request that was made before; undefined for a new one. */
export function recallRequest(
  made: MadeRequests,
  { holdings }: Ledger,
  { budgetId, requestId, text }: RequestName & { readonly text: string },
  nowMs: number,
): BudgetOutcome | undefined {
  const known = made.get(budgetId)?.get(requestId);
  if (known === undefined) return undefined;
  if (known.text !== text) return { kind: "refused", refusal: { kind: "request-reused", requestId } };
  const { allocationId } = known;
  if (allocationId === undefined) return { kind: "repeated" };
  const holding = holdings.get(allocationId);
  if (holding === undefined) return undefined;
  const { endedAtMs, leaseUntilMs, request } = holding;
  if (endedAtMs !== null)
    return nowMs - endedAtMs > budgetLimits.rememberedMs
      ? undefined
      : { kind: "refused", refusal: { kind: "ended", allocationId } };
  const left = { leaseUntilMs, leaseLeftMs: Math.max(0, leaseUntilMs - nowMs) };
  return { kind: "granted", grant: { allocationId, budgetId, amounts: request.amounts, ...left }, repeated: true };
}
