/**
 * The accounts behind budgets: nodes of the tree, allocations, and the few moves that every command is made of. Each move
 * keeps B1: for each resource of each node, granted + used ≤ limit.
 */
import { assertInvariant } from "@entrain/kernel";
import { amountOf, type Amounts, type ResourceKind } from "./amounts.ts";
import { type AllocationRequest, type Budget, type BudgetDefinition } from "./budget.ts";
import type { BudgetDefaults } from "./defaults.ts";
import type { DemandSeries } from "./forecast.ts";
import type { BudgetPolicy } from "./policy.ts";

/** Part of a limit that was lent by a parent or sibling, to be given back when it is idle. */
export interface Loan {
  readonly from: string;
  readonly resource: string;
  amount: number;
}

/** One account: what a resource of a budget comes to. */
export interface Account {
  readonly kind: ResourceKind;
  limit: number;
  granted: number;
  used: number;
  presumed: number;
}

/** A budget in the tree. */
export interface Node {
  readonly definition: BudgetDefinition;
  readonly accounts: Map<string, Account>;
  readonly children: Set<string>;
  readonly loans: Loan[];
  /** Of strategy `predictive`: what was granted, by resource. */
  readonly demand: Map<string, DemandSeries>;
  leases: number;
  leaseUntilMs: number | null;
  closing: boolean;
  /** In force: its own, else that of the defaults. */
  policy: BudgetPolicy;
  hasOwnPolicy: boolean;
}

/** What somebody holds, or held. */
export interface Holding {
  readonly allocationId: string;
  readonly request: AllocationRequest;
  consumed: Amounts;
  leaseUntilMs: number;
  noticed: boolean;
  endedAtMs: number | null;
}

/** All nodes and holdings. */
export interface Ledger {
  readonly nodes: Map<string, Node>;
  readonly holdings: Map<string, Holding>;
  /** Of budgets without a policy of their own. */
  defaults: BudgetDefaults;
}

/** Closing, or its lease is over and others are reclaimed first: what it granted would have ended already. */
export function isEnding({ closing, leaseUntilMs }: Node, nowMs: number): boolean {
  return closing || (leaseUntilMs !== null && leaseUntilMs <= nowMs);
}

/** What is free of an account. */
function availableOf({ limit, granted, used }: Account): number {
  return limit - granted - used;
}

/** What is free of a resource of a node; 0 where it has none of it. */
export function freeOf(node: Node, resource: string): number {
  const account = node.accounts.get(resource);
  return account === undefined ? 0 : Math.max(0, availableOf(account));
}

/** The account of a resource that the node is known to have. */
export function accountOf(node: Node, resource: string): Account {
  const account = node.accounts.get(resource);
  assertInvariant(account !== undefined, "B1", `budget ${node.definition.budgetId} has no ${resource}`);
  return account;
}

/** Moves `amount` of a limit from a parent to its child, or back. */
export function movePart(parent: Node, child: Node, resource: string, amount: number): void {
  accountOf(parent, resource).granted += amount;
  accountOf(child, resource).limit += amount;
}

/** Moves `amount` of a limit from one sibling to another. */
export function moveAcross(from: Node, to: Node, resource: string, amount: number): void {
  accountOf(from, resource).limit -= amount;
  accountOf(to, resource).limit += amount;
}

/** A node as everybody sees it. */
export function budgetOf(node: Node): Budget {
  const { definition, accounts, children, leases, leaseUntilMs, closing, policy } = node;
  const { budgetId, parentId, strategy } = definition;
  const each = <T>(of: (account: Account) => T): Record<string, T> =>
    Object.fromEntries(Array.from(accounts, ([resource, account]) => [resource, of(account)]));
  return {
    budgetId,
    parentId,
    strategy,
    kinds: each(({ kind }) => kind),
    limits: each(({ limit }) => limit),
    granted: each(({ granted }) => granted),
    used: each(({ used }) => used),
    presumed: each(({ presumed }) => presumed),
    available: each(availableOf),
    leases,
    children: children.size,
    leaseUntilMs,
    closing,
    policy,
  };
}

/** Every breach of B1 and B2 that the ledger shows, in words; none is good. */
export function breachesOf({ nodes, holdings }: Ledger): string[] {
  const breaches: string[] = [];
  const live = [...holdings.values()].filter(({ endedAtMs }) => endedAtMs === null);
  for (const [budgetId, node] of nodes) {
    const children = [...node.children].flatMap((id) => nodes.get(id) ?? []);
    const held = live.filter(({ request }) => request.budgetId === budgetId);
    for (const [resource, account] of node.accounts) {
      const toChildren = children.reduce((sum, child) => sum + (child.accounts.get(resource)?.limit ?? 0), 0);
      const toHolders = held.reduce(
        (sum, { request, consumed }) => sum + amountOf(request.amounts, resource) - amountOf(consumed, resource),
        0,
      );
      if (toChildren + toHolders !== account.granted)
        breaches.push(`B1: ${budgetId} says ${account.granted} ${resource} are granted, ${toChildren + toHolders} are`);
      if (account.granted < 0 || account.used < 0 || availableOf(account) < 0)
        breaches.push(`B1: ${budgetId} has ${account.limit} ${resource}, and ${account.granted} + ${account.used} out`);
    }
    const until = node.leaseUntilMs ?? Infinity;
    for (const child of children)
      if ((child.leaseUntilMs ?? Infinity) > until)
        breaches.push(`B2: ${child.definition.budgetId} outlives ${budgetId}`);
    for (const { allocationId, leaseUntilMs } of held)
      if (leaseUntilMs > until) breaches.push(`B2: ${allocationId} outlives ${budgetId}`);
    if (held.length !== node.leases) breaches.push(`${budgetId} says ${node.leases} leases, ${held.length} are live`);
  }
  return breaches;
}

/** The earlier of two ends; null is none. */
export function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
