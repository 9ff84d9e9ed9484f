/** What can be done with a part that somebody holds: prolong it, report on it, end it (B2, B3). */
import { amountOf, type Amounts } from "./amounts.ts";
import type { BudgetOutcome } from "./command.ts";
import { accountOf, type Holding, type Ledger, type Node } from "./ledger.ts";
import { passLoansOn } from "./loans.ts";
import { budgetStrategies } from "./strategies.ts";

/**
 * Prolongs a holding from now on, never beyond its budget's lease. One that was given notice is refused, and only ever
 * shortened: its holder stops by an end of its own first, and then asks for no more than that.
 */
export function extendHolding({ nodes }: Ledger, holding: Holding, leaseMs: number, nowMs: number): BudgetOutcome {
  const { allocationId, noticed, request } = holding;
  if (noticed) {
    holding.leaseUntilMs = Math.min(holding.leaseUntilMs, nowMs + leaseMs);
    return { kind: "refused", refusal: { kind: "noticed", allocationId, leaseUntilMs: holding.leaseUntilMs } };
  }
  const most = nodes.get(request.budgetId)?.leaseUntilMs ?? Infinity;
  const leaseUntilMs = Math.min(nowMs + leaseMs, most);
  holding.leaseUntilMs = leaseUntilMs;
  return { kind: "extended", leaseUntilMs, leaseLeftMs: leaseUntilMs - nowMs };
}

/** Takes down what was consumed so far. */
export function consumeHolding({ nodes }: Ledger, holding: Holding, consumed: Amounts): BudgetOutcome {
  const { allocationId, request } = holding;
  const { budgetId } = request;
  const node = nodes.get(budgetId);
  if (node === undefined) return { kind: "refused", refusal: { kind: "unknown-budget", budgetId } };
  for (const [resource, total] of Object.entries(consumed)) {
    const limit = amountOf(request.amounts, resource);
    const isRight = total <= limit && total >= amountOf(holding.consumed, resource);
    if (!isRight || node.accounts.get(resource)?.kind !== "consumable")
      return { kind: "refused", refusal: { kind: "consumed", allocationId, resource, limit } };
  }
  for (const [resource, total] of Object.entries(consumed)) {
    const more = total - amountOf(holding.consumed, resource);
    const account = accountOf(node, resource);
    account.granted -= more;
    account.used += more;
  }
  holding.consumed = { ...holding.consumed, ...consumed };
  return { kind: "done" };
}

/** Ends a holding: what was not consumed comes back, or, of a consumable whose holder vanished, is presumed spent. */
export function endHolding(ledger: Ledger, holding: Holding, isPresumed: boolean, nowMs: number): void {
  const node = ledger.nodes.get(holding.request.budgetId);
  holding.endedAtMs = nowMs;
  if (node === undefined) return;
  for (const [resource, amount] of Object.entries(holding.request.amounts)) {
    const open = amount - amountOf(holding.consumed, resource);
    const account = accountOf(node, resource);
    account.granted -= open;
    if (!isPresumed || account.kind === "reusable") continue;
    account.used += open;
    account.presumed += open;
  }
  node.leases -= 1;
  budgetStrategies[node.definition.strategy].settle?.(ledger, node);
  freeIfEmpty(ledger, node);
}

/** Frees a closing budget with the last of its children, and then perhaps its parent (B2). */
export function freeIfEmpty(ledger: Ledger, node: Node): void {
  if (!node.closing || node.children.size > 0 || node.leases > 0) return;
  const { budgetId, parentId } = node.definition;
  ledger.nodes.delete(budgetId);
  const parent = ledger.nodes.get(parentId ?? "");
  if (parent === undefined) return;
  parent.children.delete(budgetId);
  for (const [resource, { limit, used, presumed }] of node.accounts) {
    const account = accountOf(parent, resource);
    account.granted -= limit;
    account.used += used;
    account.presumed += presumed;
  }
  passLoansOn(ledger, parent, budgetId);
  budgetStrategies[parent.definition.strategy].settle?.(ledger, parent);
  freeIfEmpty(ledger, parent);
}
