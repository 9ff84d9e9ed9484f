/** What a request gets: its budget's strategy makes room, then its policy says what happens where that is not enough. */
import { degraded, shortage } from "./admission.ts";
import type { Amounts } from "./amounts.ts";
import type { AllocationRequest } from "./budget.ts";
import type { BudgetRefusal } from "./command.ts";
import type { Ledger, Node } from "./ledger.ts";
import { budgetStrategies } from "./strategies.ts";

/**
 * The amounts that are granted, or the refusal. Where holders were given notice, whoever asked waits for their part, unless
 * the request itself says that less is enough.
 */
export function admit(
  ledger: Ledger,
  node: Node,
  request: AllocationRequest,
  nowMs: number,
): { readonly amounts: Amounts } | BudgetRefusal {
  if (shortage(node, request) === undefined) return request;
  const preempted = budgetStrategies[node.definition.strategy].makeRoom?.(ledger, node, request, nowMs) ?? 0;
  const { exhaustion } = node.policy;
  const refusal = shortage(node, request, { preempted, waitMs: exhaustion.kind === "queue" ? exhaustion.waitMs : 0 });
  if (refusal === undefined) return request;
  const amounts = preempted === 0 || request.least !== undefined ? degraded(node, request) : undefined;
  return amounts === undefined ? refusal : { amounts };
}
