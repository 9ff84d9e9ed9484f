/** Changes a budget while it is used: a root's limits, never below what is out (B1), and the policy. */
import { canonicalJson } from "@entrain/kernel";
import { overdraft, unknownNames } from "./admission.ts";
import type { BudgetAmendment, BudgetOutcome, BudgetRefusal } from "./command.ts";
import { accountOf, type Ledger, type Node } from "./ledger.ts";

/** Carries an amendment out, whole or not at all. */
export function amendBudget({ nodes }: Ledger, change: BudgetAmendment): BudgetOutcome {
  const { budgetId, limits = {}, policy } = change;
  const node = nodes.get(budgetId);
  if (node === undefined) return { kind: "refused", refusal: { kind: "unknown-budget", budgetId } };
  const refusal = refusalOf(node, change);
  if (refusal !== undefined) return { kind: "refused", refusal };
  for (const [resource, limit] of Object.entries(limits)) accountOf(node, resource).limit = limit;
  if (policy !== undefined) Object.assign(node, { policy, hasOwnPolicy: true });
  return { kind: "done" };
}

function refusalOf(node: Node, { budgetId, limits = {}, base }: BudgetAmendment): BudgetRefusal | undefined {
  if (node.closing) return { kind: "closing", budgetId };
  if (node.definition.parentId !== null && Object.keys(limits).length > 0) return { kind: "not-root", budgetId };
  if (base !== undefined && canonicalJson(base) !== canonicalJson(node.policy))
    return { kind: "policy-changed", budgetId };
  return unknownNames(node, { amounts: limits }) ?? overdraft(node, limits);
}
