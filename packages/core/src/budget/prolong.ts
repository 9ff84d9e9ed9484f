/**
 * Prolongs the lease of a child budget, never beyond its parent's (B2), and with it that of the children that were made to last
 * as long as it does. It never shortens one: what lives in a budget was granted until its end.
 */
import type { BudgetCommand, BudgetOutcome } from "./command.ts";
import type { Ledger, Node } from "./ledger.ts";

/** Carries it out, from `nowMs` on. */
export function prolongBudget(
  ledger: Ledger,
  { budgetId, leaseMs }: Extract<BudgetCommand, { kind: "prolong" }>,
  nowMs: number,
): BudgetOutcome {
  const node = ledger.nodes.get(budgetId);
  if (node === undefined) return { kind: "refused", refusal: { kind: "unknown-budget", budgetId } };
  if (node.closing) return { kind: "refused", refusal: { kind: "closing", budgetId } };
  if (node.leaseUntilMs === null) return { kind: "refused", refusal: { kind: "no-lease", budgetId } };
  const most = ledger.nodes.get(node.definition.parentId ?? "")?.leaseUntilMs ?? Infinity;
  const leaseUntilMs = Math.max(node.leaseUntilMs, Math.min(nowMs + leaseMs, most));
  lengthen(ledger, node, leaseUntilMs);
  return { kind: "extended", leaseUntilMs, leaseLeftMs: leaseUntilMs - nowMs };
}

function lengthen(ledger: Ledger, node: Node, leaseUntilMs: number): void {
  node.leaseUntilMs = leaseUntilMs;
  for (const id of node.children) {
    const child = ledger.nodes.get(id);
    if (child?.closing === false && child.definition.leaseMs === null) lengthen(ledger, child, leaseUntilMs);
  }
}
