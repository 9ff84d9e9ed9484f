/**
 * The book of a swarm's budgets: every command, step by step, over the accounts (B1 to B3). The store carries the same out
 * in Lua; this is what it is held against, and what an audit replays.
 *
 * Order within a command: what is over is reclaimed (unless that is left to `reclaim`), the request is recognised if it was
 * made before, the budget and who waits for it are looked at, its strategy makes room, and only then something is granted.
 */
import { shortage, unknownNames } from "./admission.ts";
import { amendBudget } from "./amend.ts";
import type { Amounts } from "./amounts.ts";
import {
  budgetLimits,
  isSameDefinition,
  type AllocationRequest,
  type Budget,
  type BudgetDefinition,
} from "./budget.ts";
import type { BudgetCommand, BudgetOutcome, BudgetRefusal } from "./command.ts";
import { defaultPolicyOf, setDefaults, type BudgetDefaults } from "./defaults.ts";
import { consumeHolding, endHolding, extendHolding, freeIfEmpty } from "./holdings.ts";
import {
  accountOf,
  breachesOf,
  budgetOf,
  earlier,
  isEnding,
  moveAcross,
  movePart,
  type Account,
  type Ledger,
  type Node,
} from "./ledger.ts";
import { admitInTurn, createWaitingLines, type WaitingLines } from "./line.ts";
import { prolongBudget } from "./prolong.ts";
import { forgetRequest, recallRequest, rememberRequest, type MadeRequests } from "./requests.ts";
import { emptyLedger, ledgerFrom, snapshotOf, type BookSnapshot } from "./snapshot.ts";
import { budgetStrategies } from "./strategies.ts";

/** The book; it changes by `apply` and `reclaim` alone. */
export interface BudgetBook {
  /** @param nowMs the store's clock; never goes back */
  apply(command: BudgetCommand, nowMs: number): BudgetOutcome;
  /** Ends what is over, at most `max` of it: `a:<allocation>` and `b:<budget>`, in order. */
  reclaim(nowMs: number, max?: number): readonly string[];
  /** What holds for budgets without a policy of their own from now on; false: later defaults are in use. */
  setDefaults(defaults: BudgetDefaults): boolean;
  /** All budgets, by the order of their creation. */
  budgets(): readonly Budget[];
  budget(budgetId: string): Budget | undefined;
  /** What it knows, to go on from elsewhere. */
  snapshot(): BookSnapshot;
  /** Breaches of B1 and B2, in words. */
  breaches(): readonly string[];
}

/** How a book that follows another one differs from one that leads. */
export interface BookOptions {
  /** What is over is ended by `reclaim` alone, not with each command (default: with each). */
  readonly reclaimsWhenTold?: boolean;
  /** Where it begins (default: empty). */
  readonly from?: BookSnapshot;
  /** The name of the next allocation (default: a-1, a-2 …). */
  readonly nextAllocationId?: () => string;
}

/** A book, empty or as a snapshot says. */
export function createBudgetBook(options: BookOptions = {}): BudgetBook {
  return new Book(options);
}

const refused = (refusal: BudgetRefusal): BudgetOutcome => ({ kind: "refused", refusal });
const unknown = (budgetId: string): BudgetOutcome => refused({ kind: "unknown-budget", budgetId });
const done: BudgetOutcome = { kind: "done" };

class Book implements BudgetBook {
  readonly #ledger: Ledger;
  readonly #requests: MadeRequests = new Map();
  readonly #options: BookOptions;
  /** A book that follows has none: they only ever refuse, and it is told what was granted. */
  readonly #lines: WaitingLines | undefined;
  #allocations = 0;

  constructor(options: BookOptions) {
    this.#options = options;
    this.#lines = options.reclaimsWhenTold === true ? undefined : createWaitingLines();
    this.#ledger = options.from === undefined ? emptyLedger() : ledgerFrom(options.from);
  }

  apply(command: BudgetCommand, nowMs: number): BudgetOutcome {
    if (this.#options.reclaimsWhenTold !== true) this.reclaim(nowMs);
    switch (command.kind) {
      case "create":
        return this.#create(command.definition, nowMs);
      case "allocate":
        return this.#allocate(command.request, nowMs);
      case "transfer":
        return this.#transfer(command);
      case "close":
        return this.#close(command.budgetId);
      case "prolong":
        return prolongBudget(this.#ledger, command, nowMs);
      case "amend":
        return amendBudget(this.#ledger, command);
      default:
        return this.#onHolding(command, nowMs);
    }
  }

  reclaim(nowMs: number, max = 1_000): readonly string[] {
    this.#forget(nowMs);
    const { nodes, holdings } = this.#ledger;
    const due = [
      ...[...holdings.values()]
        .filter(({ endedAtMs, leaseUntilMs }) => endedAtMs === null && leaseUntilMs <= nowMs)
        .map((holding) => ({ atMs: holding.leaseUntilMs, id: `a:${holding.allocationId}`, holding })),
      ...[...nodes.values()]
        .filter(({ closing, leaseUntilMs }) => !closing && leaseUntilMs !== null && leaseUntilMs <= nowMs)
        .map((node) => ({ atMs: node.leaseUntilMs ?? 0, id: `b:${node.definition.budgetId}`, holding: undefined })),
    ];
    const first = due.sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1)).slice(0, max);
    for (const { id, holding } of first) {
      if (holding === undefined) this.#close(id.slice(2));
      else endHolding(this.#ledger, holding, true, nowMs);
    }
    return first.map(({ id }) => id);
  }

  setDefaults(defaults: BudgetDefaults): boolean {
    return setDefaults(this.#ledger, defaults);
  }

  budgets(): readonly Budget[] {
    return Array.from(this.#ledger.nodes.values(), budgetOf);
  }

  budget(budgetId: string): Budget | undefined {
    const node = this.#ledger.nodes.get(budgetId);
    return node === undefined ? undefined : budgetOf(node);
  }

  snapshot(): BookSnapshot {
    return snapshotOf(this.#ledger);
  }

  breaches(): readonly string[] {
    return breachesOf(this.#ledger);
  }

  #parentOf(node: Node): Node | undefined {
    return this.#ledger.nodes.get(node.definition.parentId ?? "");
  }

  #create(definition: BudgetDefinition, nowMs: number): BudgetOutcome {
    const { nodes } = this.#ledger;
    const { budgetId, parentId, limits, kinds, leaseMs } = definition;
    const known = nodes.get(budgetId);
    if (known?.closing === true) return refused({ kind: "closing", budgetId });
    if (known !== undefined)
      return isSameDefinition(known.definition, definition)
        ? { kind: "repeated" }
        : refused({ kind: "exists", budgetId });
    if (nodes.size >= budgetLimits.budgetsMax) return refused({ kind: "too-many", what: "budgets" });
    const parent = parentId === null ? undefined : nodes.get(parentId);
    if (parentId !== null) {
      if (parent === undefined) return unknown(parentId);
      const refusal = this.#refusalOfChild(parent, limits, nowMs);
      if (refusal !== undefined) return refused(refusal);
      for (const [resource, amount] of Object.entries(limits)) accountOf(parent, resource).granted += amount;
      parent.children.add(budgetId);
    }
    const accounts = new Map<string, Account>();
    for (const [resource, limit] of Object.entries(limits)) {
      const kind = parent?.accounts.get(resource)?.kind ?? kinds[resource] ?? "consumable";
      accounts.set(resource, { kind, limit, granted: 0, used: 0, presumed: 0 });
    }
    const leaseUntilMs = earlier(leaseMs === null ? null : nowMs + leaseMs, parent?.leaseUntilMs ?? null);
    this.#lines?.places.delete(budgetId);
    this.#requests.delete(budgetId);
    nodes.set(budgetId, {
      definition,
      accounts,
      children: new Set(),
      loans: [],
      demand: new Map(),
      leases: 0,
      leaseUntilMs,
      closing: false,
      policy: definition.policy ?? defaultPolicyOf(this.#ledger, budgetId, parentId),
      hasOwnPolicy: definition.policy !== undefined,
    });
    return done;
  }

  #refusalOfChild(parent: Node, limits: Amounts, nowMs: number): BudgetRefusal | undefined {
    const { budgetId } = parent.definition;
    if (isEnding(parent, nowMs)) return { kind: "closing", budgetId };
    if (parent.children.size >= budgetLimits.childrenMax) return { kind: "too-many", what: "children" };
    let levels = 1;
    for (let up = this.#parentOf(parent); up !== undefined; up = this.#parentOf(up)) levels += 1;
    if (levels >= budgetLimits.depthMax) return { kind: "too-many", what: "levels" };
    return unknownNames(parent, { amounts: limits }) ?? shortage(parent, { amounts: limits });
  }

  #allocate(request: AllocationRequest, nowMs: number): BudgetOutcome {
    const { budgetId, requestId, leaseMs } = request;
    const text = textOf(request);
    const repeated = recallRequest(this.#requests, this.#ledger, { budgetId, requestId, text }, nowMs);
    if (repeated !== undefined) return repeated;
    const node = this.#ledger.nodes.get(budgetId);
    if (node === undefined) return unknown(budgetId);
    if (isEnding(node, nowMs)) return refused({ kind: "closing", budgetId });
    const lacking = unknownNames(node, request);
    if (lacking !== undefined) return refused(lacking);
    const answer = admitInTurn(this.#lines, this.#ledger, node, request, nowMs);
    if ("kind" in answer) return refused(answer);
    const { amounts } = answer;
    for (const [resource, amount] of Object.entries(amounts)) accountOf(node, resource).granted += amount;
    const allocationId = this.#options.nextAllocationId?.() ?? `a-${++this.#allocations}`;
    const leaseUntilMs = Math.min(nowMs + leaseMs, node.leaseUntilMs ?? Infinity);
    node.leases += 1;
    const held = { ...request, amounts };
    budgetStrategies[node.definition.strategy].granted?.(node, held, nowMs);
    const fresh = { consumed: {}, noticed: false, endedAtMs: null };
    this.#ledger.holdings.set(allocationId, { allocationId, request: held, leaseUntilMs, ...fresh });
    const grant = { allocationId, budgetId, amounts, leaseUntilMs, leaseLeftMs: leaseUntilMs - nowMs };
    rememberRequest(this.#requests, request, { text, allocationId });
    return { kind: "granted", grant, repeated: false };
  }

  #transfer({ from, to, amounts, requestId }: Extract<BudgetCommand, { kind: "transfer" }>): BudgetOutcome {
    const text = JSON.stringify([to, Object.entries(amounts).sort()]);
    const name = { budgetId: from, requestId };
    const repeated = recallRequest(this.#requests, this.#ledger, { ...name, text }, 0);
    if (repeated !== undefined) return repeated;
    const [giver, taker] = [this.#ledger.nodes.get(from), this.#ledger.nodes.get(to)];
    if (giver === undefined || taker === undefined) return unknown(giver === undefined ? from : to);
    if (taker.closing) return refused({ kind: "closing", budgetId: to });
    const [giverOf, takerOf] = [giver.definition.parentId, taker.definition.parentId];
    const [up, down] = [giverOf === to, takerOf === from];
    const across = from !== to && giverOf !== null && giverOf === takerOf;
    if (!up && !down && !across) return refused({ kind: "unrelated", from, to });
    const refusal =
      unknownNames(giver, { amounts }) ?? unknownNames(taker, { amounts }) ?? shortage(giver, { amounts });
    if (refusal !== undefined) return refused(refusal);
    for (const [resource, amount] of Object.entries(amounts)) {
      if (up) movePart(taker, giver, resource, -amount);
      else if (down) movePart(giver, taker, resource, amount);
      else moveAcross(giver, taker, resource, amount);
    }
    rememberRequest(this.#requests, name, { text, allocationId: undefined });
    return done;
  }

  #close(budgetId: string): BudgetOutcome {
    const node = this.#ledger.nodes.get(budgetId);
    if (node === undefined) return unknown(budgetId);
    if (node.closing) return { kind: "repeated" };
    node.closing = true;
    freeIfEmpty(this.#ledger, node);
    return done;
  }

  #onHolding(command: Extract<BudgetCommand, { allocationId: string }>, nowMs: number): BudgetOutcome {
    const { allocationId, budgetId } = command;
    const holding = this.#ledger.holdings.get(allocationId);
    if (holding?.request.budgetId !== budgetId) return refused({ kind: "unknown-allocation", allocationId });
    if (holding.endedAtMs !== null)
      return command.kind === "release" ? { kind: "repeated" } : refused({ kind: "ended", allocationId });
    if (command.kind === "extend") return extendHolding(this.#ledger, holding, command.leaseMs, nowMs);
    if (command.kind === "consume") return consumeHolding(this.#ledger, holding, command.consumed);
    endHolding(this.#ledger, holding, false, nowMs);
    return done;
  }

  /** Forgets what ended long ago, with the requests for it. */
  #forget(nowMs: number): void {
    for (const [allocationId, { endedAtMs, request }] of this.#ledger.holdings) {
      if (endedAtMs === null || nowMs - endedAtMs <= budgetLimits.rememberedMs) continue;
      this.#ledger.holdings.delete(allocationId);
      forgetRequest(this.#requests, request, allocationId);
    }
  }
}

/** What makes a request the same one. */
function textOf({ amounts, reserve = "", tier = "" }: AllocationRequest): string {
  return JSON.stringify([Object.entries(amounts).sort(), reserve, tier]);
}
