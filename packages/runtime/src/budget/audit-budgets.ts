/**
 * The audit of a swarm's budgets over its store: the log is replayed from the last checkpoint on, and each page of the balance is
 * compared at the very entry after which it was read, so that changes meanwhile are no differences.
 */
import { setImmediate } from "node:timers/promises";
import { createBudgetAudit, type AuditReport, type BudgetCheckpoint } from "@entrain/core/budget";
import type { BudgetPage, BudgetStore } from "@entrain/ports";

/** What an audit reads. */
export type AuditedStore = Pick<BudgetStore, "list" | "log" | "checkpoint">;

/** Entries, and budgets, that are read at once. */
const page = { entries: 500, budgets: 1_000 } as const;
/** Entries that are replayed before other work of the process has its turn. */
const entriesAtOnce = 20;
/**
 * Audits; with the report comes the state that it ended with, where all was right.
 * @throws EntrainError of the store
 */
export async function auditBudgets(
  store: AuditedStore,
): Promise<{ readonly report: AuditReport; readonly checkpoint: BudgetCheckpoint | undefined }> {
  const from = await store.checkpoint();
  const { rest, last } = await balanceOf(store);
  const audit = createBudgetAudit(from);
  let after = from === undefined ? 0 : from.number - 1;
  for (;;) {
    const entries = (await store.log(after, page.entries)).filter(({ number }) => number <= last.logged);
    for (const [at, entry] of entries.entries()) {
      while (rest[0] !== undefined && rest[0].logged < entry.number) audit.compare(rest.shift()?.budgets ?? []);
      audit.enter(entry);
      if (at % entriesAtOnce === 0) await setImmediate();
    }
    const end = entries.at(-1);
    if (end === undefined || end.number === last.logged) break;
    after = end.number;
  }
  for (const { budgets } of rest) audit.compare(budgets);
  const report = audit.close(last.budgets);
  return { report, checkpoint: report.faults.length === 0 ? audit.checkpoint() : undefined };
}

/**
 * All budgets in the order of their creation, page by page, each as it was after an entry of the log: so many cannot be read at
 * one moment, and need not be. Whoever is there after the last page's entry was there when its own page was read.
 */
async function balanceOf(store: AuditedStore): Promise<{ rest: BudgetPage[]; last: BudgetPage }> {
  const rest: BudgetPage[] = [];
  let last = await store.list(page.budgets);
  while (last.next !== undefined) {
    rest.push(last);
    last = await store.list(page.budgets, last.next);
  }
  return { rest, last };
}
