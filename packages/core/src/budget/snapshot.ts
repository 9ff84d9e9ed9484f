/**
 * The state of a book as plain data, and back. What has ended is no part of it: nothing that has ended changes a balance, and
 * a repeated request for it is not logged.
 */
import { canonicalJson, EntrainError } from "@entrain/kernel";
import type { BudgetDefinition } from "./budget.ts";
import { noDefaults, type BudgetDefaults } from "./defaults.ts";
import type { DemandSeries } from "./forecast.ts";
import { breachesOf, type Account, type Holding, type Ledger, type Loan } from "./ledger.ts";
import { usualPolicy, type BudgetPolicy } from "./policy.ts";

/** What a book knows, as JSON can hold it. */
export interface BookSnapshot {
  readonly nodes: readonly {
    readonly definition: BudgetDefinition;
    readonly accounts: Readonly<Record<string, Account>>;
    readonly loans: readonly Loan[];
    readonly demand: Readonly<Record<string, DemandSeries>>;
    readonly leases: number;
    readonly leaseUntilMs: number | null;
    readonly closing: boolean;
    readonly policy: BudgetPolicy;
    /** Left out in those of before there were defaults: every policy but the usual one was a budget's own. */
    readonly hasOwnPolicy?: boolean;
  }[];
  readonly holdings: readonly Holding[];
  /** Left out: none. */
  readonly defaults?: BudgetDefaults;
}

/** The state after an entry of the log. */
export interface BudgetCheckpoint {
  /** The last entry that it contains. */
  readonly number: number;
  /** Unix ms, of that entry. */
  readonly atMs: number;
  readonly book: BookSnapshot;
}

/** Nothing known. */
export function emptyLedger(): Ledger {
  return { nodes: new Map(), holdings: new Map(), defaults: noDefaults };
}

/** What the ledger knows now; a copy. */
export function snapshotOf({ nodes, holdings, defaults }: Ledger): BookSnapshot {
  return structuredCopy({
    defaults,
    nodes: Array.from(nodes.values(), ({ children: _, accounts, demand, ...node }) => ({
      ...node,
      accounts: Object.fromEntries(accounts),
      demand: Object.fromEntries(demand),
    })),
    holdings: [...holdings.values()].filter(({ endedAtMs }) => endedAtMs === null),
  });
}

/**
 * The ledger that a snapshot was taken of.
 * @throws EntrainError `internal` for one whose figures contradict each other
 */
export function ledgerFrom(snapshot: BookSnapshot): Ledger {
  const { nodes, holdings, defaults = noDefaults } = structuredCopy(snapshot);
  const ledger: Ledger = {
    defaults,
    nodes: new Map(
      nodes.map(({ accounts, demand, loans, ...node }) => [
        node.definition.budgetId,
        {
          ...node,
          hasOwnPolicy: node.hasOwnPolicy ?? canonicalJson(node.policy) !== canonicalJson(usualPolicy),
          loans: [...loans],
          accounts: new Map(Object.entries(accounts)),
          demand: new Map(Object.entries(demand)),
          children: new Set<string>(),
        },
      ]),
    ),
    holdings: new Map(holdings.map((holding) => [holding.allocationId, holding])),
  };
  for (const { definition } of ledger.nodes.values())
    ledger.nodes.get(definition.parentId ?? "")?.children.add(definition.budgetId);
  const [breach] = breachesOf(ledger);
  if (breach !== undefined)
    throw new EntrainError("internal", `a checkpoint of the budgets contradicts itself: ${breach}`);
  return ledger;
}

/** Plain data without what it was made of. */
function structuredCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
