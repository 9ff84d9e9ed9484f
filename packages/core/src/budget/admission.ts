/** Whether a budget has room for a request: what its policy keeps for others does not count. */
import { amountOf, covers, type Amounts } from "./amounts.ts";
import type { Budget } from "./budget.ts";
import type { BudgetRefusal } from "./command.ts";
import { accountOf, type Node } from "./ledger.ts";
import { leastOf, openPercent, shareOf, unknownClass, wholeOf, type RequestClass } from "./policy.ts";

/** Who asks for nothing in particular: children, transfers and lenders, for whom every reserve is kept. */
const anybody: RequestClass = {};

/** What of a resource is left for a request; negative where others have filled the budget beyond its share. */
export function roomFor(node: Node, resource: string, who: RequestClass = anybody): number {
  const account = node.accounts.get(resource);
  if (account === undefined) return 0;
  return shareOf(account.limit, openPercent(node.policy, who)) - account.granted - account.used;
}

/** The same, at least 0. */
export function freeFor(node: Node, resource: string, who: RequestClass = anybody): number {
  return Math.max(0, roomFor(node, resource, who));
}

/** By how much the node's limits would have to grow for a request, resource by resource; only those that would. */
export function lackOf(
  node: Node,
  request: RequestClass & { readonly amounts: Amounts },
): readonly (readonly [string, number])[] {
  const open = openPercent(node.policy, request);
  return Object.entries(request.amounts).flatMap(([resource, amount]) => {
    const { limit, granted, used } = accountOf(node, resource);
    const lack = wholeOf(granted + used + amount, open) - limit;
    return lack > 0 ? [[resource, lack] as const] : [];
  });
}

/** The refusal of a request that names what the budget has not. */
export function unknownNames(node: Node, request: RequestClass & { readonly amounts: Amounts }) {
  const { budgetId } = node.definition;
  const resource = Object.keys(request.amounts).find((name) => !node.accounts.has(name));
  if (resource !== undefined) return { kind: "unknown-resource", budgetId, resource } as const;
  const field = unknownClass(node.policy, request);
  if (field === undefined) return undefined;
  return { kind: "unknown-class", budgetId, field, name: request[field] ?? "" } as const;
}

/** The refusal of a request for which there is not enough; undefined where there is. */
export function shortage(
  node: Node,
  request: RequestClass & { readonly amounts: Amounts },
  { preempted = 0, waitMs = 0 } = {},
): BudgetRefusal | undefined {
  const { amounts } = request;
  const remaining = Object.fromEntries(
    Object.keys(amounts).map((resource) => [resource, freeFor(node, resource, request)]),
  );
  if (covers(remaining, amounts)) return undefined;
  return { kind: "exhausted", budgetId: node.definition.budgetId, remaining, preempted, waitMs };
}

/**
 * What a request lacks of a budget as it was read, only resources of which something is missing; none where the request names
 * what the budget has not, which its store refuses.
 */
export function missingFor(
  { policy, limits, granted, used }: Pick<Budget, "policy" | "limits" | "granted" | "used">,
  request: RequestClass & { readonly amounts: Amounts },
): Amounts {
  const entries = Object.entries(request.amounts);
  if (unknownClass(policy, request) !== undefined || entries.some(([name]) => !Object.hasOwn(limits, name))) return {};
  const open = openPercent(policy, request);
  const missing = entries.map(([name, amount]) => {
    const room = shareOf(amountOf(limits, name), open) - amountOf(granted, name) - amountOf(used, name);
    return [name, amount - Math.max(0, room)] as const;
  });
  return Object.fromEntries(missing.filter(([, lack]) => lack > 0));
}

/** The refusal of a request that is behind others: what there is, is theirs. */
export function nothingLeft(node: Node, { amounts }: { readonly amounts: Amounts }): BudgetRefusal {
  const { exhaustion } = node.policy;
  const remaining = Object.fromEntries(Object.keys(amounts).map((resource) => [resource, 0]));
  const waitMs = exhaustion.kind === "queue" ? exhaustion.waitMs : 0;
  return { kind: "exhausted", budgetId: node.definition.budgetId, remaining, preempted: 0, waitMs };
}

/** Whether there would be room for a request if all that is handed out came back, and nothing of it was consumed. */
export function isInReach(node: Node, request: RequestClass & { readonly amounts: Amounts }): boolean {
  const open = openPercent(node.policy, request);
  return Object.entries(request.amounts).every(([resource, amount]) => {
    const { limit, used } = accountOf(node, resource);
    return amount <= shareOf(limit, open) - used;
  });
}

/** A request that may take less, where it or the budget's policy says so; its own word counts first. */
type Lessening = RequestClass & { readonly amounts: Amounts; readonly least?: Amounts };

/** What a request gets that takes less where there is less; undefined where that is not enough, or none does. */
export function degraded(node: Node, request: Lessening): Amounts | undefined {
  const { exhaustion } = node.policy;
  const { least } = request;
  if (least === undefined && exhaustion.kind !== "degrade") return undefined;
  const percent = exhaustion.kind === "degrade" ? exhaustion.leastPercent : 100;
  const parts: Record<string, number> = {};
  for (const [resource, amount] of Object.entries(request.amounts)) {
    const part = Math.min(amount, freeFor(node, resource, request));
    if (part < (least === undefined ? leastOf(amount, percent) : (least[resource] ?? amount))) return undefined;
    parts[resource] = part;
  }
  return parts;
}

/** The refusal of limits below what is out; `remaining` is what can be taken away. */
export function overdraft(node: Node, limits: Amounts): BudgetRefusal | undefined {
  const remaining: Record<string, number> = {};
  let isOver = false;
  for (const [resource, limit] of Object.entries(limits)) {
    const account = accountOf(node, resource);
    remaining[resource] = account.limit - account.granted - account.used;
    isOver ||= limit < account.granted + account.used;
  }
  return isOver
    ? { kind: "exhausted", budgetId: node.definition.budgetId, remaining, preempted: 0, waitMs: 0 }
    : undefined;
}
