/**
 * The book of a swarm's budgets: every command, step by step, over the accounts (B1 to B3). The store carries the same out
 * in Lua; this is what it is held against, and what an audit replays.
 *
 * Order within a command: what is over is reclaimed (unless reclaiming is suspended), the request is recognised if it was
 * made before, the budget is looked at, its strategy makes room, and only then something is granted.
 */
import { amountOf, added, covers, type Amounts } from "./amounts.ts";
import { budgetLimits, type AllocationRequest, type Budget, type BudgetDefinition, type Grant } from "./budget.ts";
import type { BudgetCommand, BudgetOutcome, BudgetRefusal } from "./command.ts";
import {
  accountOf,
  breachesOf,
  budgetOf,
  freeOf,
  moveAcross,
  movePart,
  type Account,
  type Holding,
  type Ledger,
  type Node,
} from "./ledger.ts";
import { budgetStrategies } from "./strategies.ts";

/** The book; it changes by `apply` and `reclaim` alone. */
export interface BudgetBook {
  /** @param nowMs the store's clock; never goes back */
  apply(command: BudgetCommand, nowMs: number): BudgetOutcome;
  /** Ends what is over, at most `max` of it; answers what ended, in order. */
  reclaim(nowMs: number, max?: number): readonly string[];
  /** All budgets, by the order of their creation. */
  budgets(): readonly Budget[];
  budget(budgetId: string): Budget | undefined;
  /** Breaches of B1 and B2, in words. */
  breaches(): readonly string[];
}

const refused = (refusal: BudgetRefusal): BudgetOutcome => ({ kind: "refused", refusal });
const done: BudgetOutcome = { kind: "done" };

/** How a book that follows another one differs from one that leads. */
export interface BookOptions {
  /** What is over is ended by `reclaim` alone, not with each command (default: with each). */
  readonly reclaimsWhenTold?: boolean;
  /** The name of the next allocation (default: a-1, a-2 …). */
  readonly nextAllocationId?: () => string;
}

/** An empty book. */
export function createBudgetBook(options: BookOptions = {}): BudgetBook {
  const ledger: Ledger = { nodes: new Map(), holdings: new Map() };
  const requests = new Map<string, { readonly text: string; readonly outcome: BudgetOutcome }>();
  let sequence = 0;
  const { reclaimsWhenTold = false, nextAllocationId = () => `a-${++sequence}` } = options;
  const parentOf = (node: Node): Node | undefined => ledger.nodes.get(node.definition.parentId ?? "");
  const unknown = (budgetId: string): BudgetOutcome => refused({ kind: "unknown-budget", budgetId });

  function create(definition: BudgetDefinition, nowMs: number): BudgetOutcome {
    const { budgetId, parentId, limits, kinds, leaseMs } = definition;
    const known = ledger.nodes.get(budgetId);
    if (known !== undefined)
      return sameText(known.definition, definition) ? { kind: "repeated" } : refused({ kind: "exists", budgetId });
    if (ledger.nodes.size >= budgetLimits.budgetsMax) return refused({ kind: "too-many", what: "budgets" });
    const parent = parentId === null ? undefined : ledger.nodes.get(parentId);
    if (parentId !== null) {
      if (parent === undefined) return unknown(parentId);
      const refusal = refusalOfChild(parent, limits);
      if (refusal !== undefined) return refused(refusal);
      for (const [resource, amount] of Object.entries(limits)) accountOf(parent, resource).granted += amount;
      parent.children.add(budgetId);
    }
    const accounts = new Map<string, Account>();
    for (const [resource, limit] of Object.entries(limits)) {
      const kind = parent?.accounts.get(resource)?.kind ?? kinds[resource] ?? "consumable";
      accounts.set(resource, { kind, limit, granted: 0, used: 0, presumed: 0 });
    }
    const until = leaseMs === null ? null : nowMs + leaseMs;
    const leaseUntilMs = earlier(until, parent?.leaseUntilMs ?? null);
    const node: Node = {
      definition,
      accounts,
      children: new Set(),
      loans: [],
      leases: 0,
      leaseUntilMs,
      closing: false,
    };
    ledger.nodes.set(budgetId, node);
    return done;
  }

  function refusalOfChild(parent: Node, limits: Amounts): BudgetRefusal | undefined {
    const { budgetId } = parent.definition;
    if (parent.closing) return { kind: "closing", budgetId };
    if (parent.children.size >= budgetLimits.childrenMax) return { kind: "too-many", what: "children" };
    let levels = 1;
    for (let up = parentOf(parent); up !== undefined; up = parentOf(up)) levels += 1;
    if (levels >= budgetLimits.depthMax) return { kind: "too-many", what: "levels" };
    return lackingResource(parent, limits) ?? shortage(parent, limits, 0);
  }

  function allocate(request: AllocationRequest, nowMs: number): BudgetOutcome {
    const { budgetId, requestId, amounts, leaseMs } = request;
    const text = JSON.stringify(Object.entries(amounts).sort());
    const repeated = recall(budgetId, requestId, text);
    if (repeated?.kind === "granted") {
      const leaseLeftMs = Math.max(0, repeated.grant.leaseUntilMs - nowMs);
      return { ...repeated, grant: { ...repeated.grant, leaseLeftMs } };
    }
    if (repeated !== undefined) return repeated;
    const node = ledger.nodes.get(budgetId);
    if (node === undefined) return unknown(budgetId);
    if (node.closing) return refused({ kind: "closing", budgetId });
    const lacking = lackingResource(node, amounts);
    if (lacking !== undefined) return refused(lacking);
    const { makeRoom } = budgetStrategies[node.definition.strategy];
    const isShort = (): boolean =>
      Object.entries(amounts).some(([resource, amount]) => freeOf(node, resource) < amount);
    const preempted = isShort() ? (makeRoom?.(ledger, node, request, nowMs) ?? 0) : 0;
    if (isShort()) return refused({ kind: "exhausted", budgetId, remaining: remainingOf(node, amounts), preempted });
    for (const [resource, amount] of Object.entries(amounts)) accountOf(node, resource).granted += amount;
    const allocationId = nextAllocationId();
    const leaseUntilMs = Math.min(nowMs + leaseMs, node.leaseUntilMs ?? Infinity);
    node.leases += 1;
    const fresh = { consumed: {}, noticed: false, endedAtMs: null };
    ledger.holdings.set(allocationId, { allocationId, request, grantedUntilMs: leaseUntilMs, leaseUntilMs, ...fresh });
    const grant: Grant = { allocationId, budgetId, amounts, leaseUntilMs, leaseLeftMs: leaseUntilMs - nowMs };
    requests.set(`${budgetId} ${requestId}`, { text, outcome: { kind: "granted", grant, repeated: true } });
    return { kind: "granted", grant, repeated: false };
  }

  /** The answer to a request that was made before. */
  function recall(budgetId: string, requestId: string, text: string): BudgetOutcome | undefined {
    const known = requests.get(`${budgetId} ${requestId}`);
    if (known === undefined) return undefined;
    return known.text === text ? known.outcome : refused({ kind: "request-reused", requestId });
  }

  function holdingOf(budgetId: string, allocationId: string): Holding | undefined {
    const holding = ledger.holdings.get(allocationId);
    return holding?.request.budgetId === budgetId ? holding : undefined;
  }

  function extend(holding: Holding, leaseMs: number, nowMs: number): BudgetOutcome {
    const { allocationId, noticed, leaseUntilMs, request } = holding;
    if (noticed) return refused({ kind: "noticed", allocationId, leaseUntilMs });
    const most = ledger.nodes.get(request.budgetId)?.leaseUntilMs ?? Infinity;
    holding.leaseUntilMs = Math.min(nowMs + leaseMs, most);
    return { kind: "extended", leaseUntilMs: holding.leaseUntilMs, leaseLeftMs: holding.leaseUntilMs - nowMs };
  }

  function consume(holding: Holding, consumed: Amounts): BudgetOutcome {
    const { allocationId, request } = holding;
    const node = ledger.nodes.get(request.budgetId);
    for (const [resource, total] of Object.entries(consumed)) {
      const limit = amountOf(request.amounts, resource);
      if (
        total > limit ||
        total < amountOf(holding.consumed, resource) ||
        node?.accounts.get(resource)?.kind !== "consumable"
      )
        return refused({ kind: "consumed", allocationId, resource, limit });
    }
    if (node === undefined) return unknown(request.budgetId);
    for (const [resource, total] of Object.entries(consumed)) {
      const more = total - amountOf(holding.consumed, resource);
      const account = accountOf(node, resource);
      account.granted -= more;
      account.used += more;
    }
    holding.consumed = { ...holding.consumed, ...consumed };
    return done;
  }

  /** Ends a holding: what was not consumed comes back, or, of a consumable whose holder vanished, is presumed spent. */
  function end(holding: Holding, isPresumed: boolean, nowMs: number): void {
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
    freeIfEmpty(node);
  }

  /** Frees a closing budget with the last of its children, and then perhaps its parent (B2). */
  function freeIfEmpty(node: Node): void {
    if (!node.closing || node.children.size > 0 || node.leases > 0) return;
    const { budgetId } = node.definition;
    ledger.nodes.delete(budgetId);
    const parent = parentOf(node);
    if (parent === undefined) return;
    parent.children.delete(budgetId);
    for (const [resource, { limit, used, presumed }] of node.accounts) {
      const account = accountOf(parent, resource);
      account.granted -= limit;
      account.used += used;
      account.presumed += presumed;
    }
    budgetStrategies[parent.definition.strategy].settle?.(ledger, parent);
    freeIfEmpty(parent);
  }

  function transfer({ from, to, amounts, requestId }: Extract<BudgetCommand, { kind: "transfer" }>): BudgetOutcome {
    const text = JSON.stringify([to, Object.entries(amounts).sort()]);
    const repeated = recall(from, requestId, text);
    if (repeated !== undefined) return repeated;
    const [giver, taker] = [ledger.nodes.get(from), ledger.nodes.get(to)];
    if (giver === undefined || taker === undefined) return unknown(giver === undefined ? from : to);
    if (taker.closing) return refused({ kind: "closing", budgetId: to });
    const [up, down] = [giver.definition.parentId === to, taker.definition.parentId === from];
    const across =
      from !== to && giver.definition.parentId !== null && giver.definition.parentId === taker.definition.parentId;
    if (!up && !down && !across) return refused({ kind: "unrelated", from, to });
    const refusal = lackingResource(giver, amounts) ?? lackingResource(taker, amounts) ?? shortage(giver, amounts, 0);
    if (refusal !== undefined) return refused(refusal);
    for (const [resource, amount] of Object.entries(amounts)) {
      if (up) movePart(taker, giver, resource, -amount);
      else if (down) movePart(giver, taker, resource, amount);
      else moveAcross(giver, taker, resource, amount);
    }
    requests.set(`${from} ${requestId}`, { text, outcome: { kind: "repeated" } });
    return done;
  }

  function close(budgetId: string): BudgetOutcome {
    const node = ledger.nodes.get(budgetId);
    if (node === undefined) return unknown(budgetId);
    if (node.closing) return { kind: "repeated" };
    node.closing = true;
    freeIfEmpty(node);
    return done;
  }

  function reclaim(nowMs: number, max = 1_000): readonly string[] {
    forget(ledger, requests, nowMs);
    const due = [
      ...[...ledger.holdings.values()]
        .filter(({ endedAtMs, leaseUntilMs }) => endedAtMs === null && leaseUntilMs <= nowMs)
        .map((holding) => ({ atMs: holding.leaseUntilMs, id: `a:${holding.allocationId}`, holding })),
      ...[...ledger.nodes.values()]
        .filter(({ closing, leaseUntilMs }) => !closing && leaseUntilMs !== null && leaseUntilMs <= nowMs)
        .map((node) => ({ atMs: node.leaseUntilMs ?? 0, id: `b:${node.definition.budgetId}`, holding: undefined })),
    ];
    const first = due.sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1)).slice(0, max);
    for (const { id, holding } of first) {
      if (holding === undefined) close(id.slice(2));
      else end(holding, true, nowMs);
    }
    return first.map(({ id }) => id);
  }

  function onHolding(command: Extract<BudgetCommand, { allocationId: string }>, nowMs: number): BudgetOutcome {
    const { allocationId } = command;
    const holding = holdingOf(command.budgetId, allocationId);
    if (holding === undefined) return refused({ kind: "unknown-allocation", allocationId });
    if (holding.endedAtMs !== null)
      return command.kind === "release" ? { kind: "repeated" } : refused({ kind: "ended", allocationId });
    if (command.kind === "extend") return extend(holding, command.leaseMs, nowMs);
    if (command.kind === "consume") return consume(holding, command.consumed);
    end(holding, false, nowMs);
    return done;
  }

  return {
    apply(command, nowMs) {
      if (!reclaimsWhenTold) reclaim(nowMs);
      switch (command.kind) {
        case "create":
          return create(command.definition, nowMs);
        case "allocate":
          return allocate(command.request, nowMs);
        case "transfer":
          return transfer(command);
        case "close":
          return close(command.budgetId);
        default:
          return onHolding(command, nowMs);
      }
    },
    reclaim,
    budgets: () => Array.from(ledger.nodes.values(), budgetOf),
    budget(budgetId) {
      const node = ledger.nodes.get(budgetId);
      return node === undefined ? undefined : budgetOf(node);
    },
    breaches: () => breachesOf(ledger),
  };
}

/** Forgets what ended long ago, with the requests for it. */
function forget(ledger: Ledger, requests: Map<string, unknown>, nowMs: number): void {
  for (const [allocationId, { endedAtMs, request }] of ledger.holdings) {
    if (endedAtMs === null || nowMs - endedAtMs <= budgetLimits.rememberedMs) continue;
    ledger.holdings.delete(allocationId);
    requests.delete(`${request.budgetId} ${request.requestId}`);
  }
}

function lackingResource(node: Node, amounts: Amounts): BudgetRefusal | undefined {
  const resource = Object.keys(amounts).find((name) => !node.accounts.has(name));
  return resource === undefined
    ? undefined
    : { kind: "unknown-resource", budgetId: node.definition.budgetId, resource };
}

function shortage(node: Node, amounts: Amounts, preempted: number): BudgetRefusal | undefined {
  const remaining = remainingOf(node, amounts);
  if (covers(remaining, amounts)) return undefined;
  return { kind: "exhausted", budgetId: node.definition.budgetId, remaining, preempted };
}

function remainingOf(node: Node, amounts: Amounts): Amounts {
  return Object.fromEntries(Object.keys(amounts).map((resource) => [resource, freeOf(node, resource)]));
}

function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

/** Equal but for the order of names. */
function sameText(a: BudgetDefinition, b: BudgetDefinition): boolean {
  const text = (definition: BudgetDefinition): string =>
    JSON.stringify({
      ...definition,
      limits: Object.entries(added(definition.limits, {})).sort(),
      kinds: Object.entries(definition.kinds).sort(),
    });
  return text(a) === text(b);
}
