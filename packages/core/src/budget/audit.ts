/**
 * The audit of a swarm's budgets: every change that was logged is carried out again in a book of its own, B1 and B2 are
 * looked at after each, and the balance at the end is held against the store's.
 */
import { createBudgetBook } from "./book.ts";
import type { Budget } from "./budget.ts";
import type { BudgetCommand } from "./command.ts";
import type { BudgetDefaults } from "./defaults.ts";
import type { BudgetCheckpoint } from "./snapshot.ts";

/** One logged change. */
export interface AuditEntry {
  readonly number: number;
  readonly atMs: number;
  readonly change:
    | { readonly kind: "command"; readonly command: BudgetCommand; readonly allocationId: string | undefined }
    | { readonly kind: "reclaim"; readonly members: readonly string[] }
    | { readonly kind: "defaults"; readonly defaults: BudgetDefaults };
}

/** What an audit found; `faults` is empty where the books are right. */
export interface AuditReport {
  readonly entries: number;
  /** The entry after whose checkpoint the replay began; 0: the first change. */
  readonly from: number;
  /** False: the log no longer reaches back so far, so only the present balance was looked at. */
  readonly complete: boolean;
  readonly faults: readonly string[];
  /** Of consumables: what nobody reported, because its holder vanished, by budget. */
  readonly presumed: readonly { readonly budgetId: string; readonly resource: string; readonly amount: number }[];
}

/** Most faults that a report lists. */
const faultsMax = 100;

/** An audit, fed with the log from its beginning, entry by entry; or with the entry of a checkpoint and all after it. */
export interface BudgetAudit {
  enter(entry: AuditEntry): void;
  /** The state after the last entry, where nothing was wrong so far; undefined else. */
  checkpoint(): BudgetCheckpoint | undefined;
  /** Compares some of the budgets as the store said they were after the last entry so far. */
  compare(present: readonly Budget[]): void;
  /** The report, given the rest of what the store says: who was not compared by now is missing. */
  close(present: readonly Budget[]): AuditReport;
}

/** A new audit, from a checkpoint or from the first change. */
export function createBudgetAudit(from?: BudgetCheckpoint): BudgetAudit {
  const faults: string[] = [];
  let entries = 0;
  // A log that still has the checkpoint's own entry has all that came after it.
  let complete = from === undefined;
  let last: { readonly number: number; readonly atMs: number } | undefined = from;
  let allocationId = "";
  const seen = new Set<string>();
  const presumed: AuditReport["presumed"][number][] = [];
  const book = createBudgetBook({
    reclaimsWhenTold: true,
    nextAllocationId: () => allocationId,
    ...(from === undefined ? {} : { from: from.book }),
  });
  const fault = (text: string): void => {
    if (faults.length < faultsMax) faults.push(text);
  };

  function replay({ number, atMs, change }: AuditEntry): void {
    if (change.kind === "reclaim") {
      const ended = book.reclaim(atMs, change.members.length);
      if (ended.join() !== change.members.join())
        fault(`entry ${number}: ${change.members.join(", ")} ended, ${ended.join(", ") || "nothing"} was over`);
      return;
    }
    if (change.kind === "defaults") {
      if (!book.setDefaults(change.defaults)) fault(`entry ${number}: these defaults were older than those in use`);
      return;
    }
    allocationId = change.allocationId ?? "";
    const outcome = book.apply(change.command, atMs);
    const isNotice = change.allocationId === "refused";
    if ((outcome.kind === "refused") !== isNotice)
      fault(
        `entry ${number}: ${change.command.kind} was ${isNotice ? "refused" : "carried out"}, and should not have been`,
      );
  }

  function compare(present: readonly Budget[]): void {
    for (const budget of present) {
      const { budgetId } = budget;
      seen.add(budgetId);
      faults.push(...overdrawn(budget));
      if (complete) faults.push(...differences(book.budget(budgetId), budget));
      for (const [resource, amount] of Object.entries(budget.presumed))
        if (amount > 0) presumed.push({ budgetId, resource, amount });
    }
  }

  return {
    enter(entry) {
      if (entry.number === from?.number) complete = true;
      if (entry.number <= (from?.number ?? 0)) return;
      if (from === undefined && entries === 0 && entry.number !== 1) complete = false;
      entries += 1;
      last = entry;
      if (!complete) return;
      replay(entry);
      for (const breach of book.breaches()) fault(`entry ${entry.number}: ${breach}`);
    },
    checkpoint() {
      if (!complete || faults.length > 0 || last === undefined) return undefined;
      return { number: last.number, atMs: last.atMs, book: book.snapshot() };
    },
    compare,
    close(present) {
      compare(present);
      const missing = complete ? book.budgets().filter(({ budgetId }) => !seen.has(budgetId)) : [];
      faults.push(...missing.map(({ budgetId }) => `${budgetId} is missing`));
      return { entries, from: from?.number ?? 0, complete, faults: faults.slice(0, faultsMax), presumed };
    },
  };
}

function overdrawn({ budgetId, available }: Budget): string[] {
  return Object.entries(available).flatMap(([resource, amount]) =>
    amount < 0 ? [`B1: ${budgetId} is overdrawn by ${-amount} ${resource}`] : [],
  );
}

/** What the store says otherwise than the replay. */
function differences(expected: Budget | undefined, present: Budget): readonly string[] {
  const { budgetId } = present;
  if (expected === undefined) return [`${budgetId} was never made`];
  const figures = (["limits", "granted", "used", "presumed"] as const).flatMap((name) =>
    Object.entries(expected[name]).flatMap(([resource, amount]) => {
      const said = present[name][resource];
      if (said === amount) return [];
      return [`${budgetId}: ${name} of ${resource} is ${said ?? "nothing"}, the log comes to ${amount}`];
    }),
  );
  const isPolicy = JSON.stringify(expected.policy) === JSON.stringify(present.policy);
  return isPolicy ? figures : [...figures, `${budgetId}: its policy is not the one that was set`];
}
