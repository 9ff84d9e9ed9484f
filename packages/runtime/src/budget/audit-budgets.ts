/**
 * The audit of a swarm's budgets over its store: the log is replayed from the last checkpoint on, up to the very entry at
 * which the balance was read, so that changes meanwhile are no differences.
 */
import { setImmediate } from "node:timers/promises";
import { EntrainError } from "@entrain/kernel";
import { createBudgetAudit, type AuditReport, type Budget, type BudgetCheckpoint } from "@entrain/core/budget";
import type { BudgetStore } from "@entrain/ports";

/** What an audit reads. */
export type AuditedStore = Pick<BudgetStore, "list" | "log" | "checkpoint">;

/** Entries, and budgets, that are read at once. */
const page = { entries: 500, budgets: 1_000 } as const;
/** Entries that are replayed before other work of the process has its turn. */
const entriesAtOnce = 20;
/** Tries to read all pages of the budgets at one entry of the log. */
const roundsMax = 20;

/**
 * Audits; with the report comes the state that it ended with, where all was right.
 * @throws EntrainError of the store; `unavailable` where more than 1,000 budgets change too fast to be read at one moment
 */
export async function auditBudgets(
  store: AuditedStore,
): Promise<{ readonly report: AuditReport; readonly checkpoint: BudgetCheckpoint | undefined }> {
  const from = await store.checkpoint();
  const { budgets, logged } = await balanceOf(store);
  const audit = createBudgetAudit(from);
  let after = from === undefined ? 0 : from.number - 1;
  for (;;) {
    const entries = (await store.log(after, page.entries)).filter(({ number }) => number <= logged);
    for (const [at, entry] of entries.entries()) {
      audit.enter(entry);
      if (at % entriesAtOnce === 0) await setImmediate();
    }
    const last = entries.at(-1);
    if (last === undefined || last.number === logged) break;
    after = last.number;
  }
  const report = audit.close(budgets);
  return { report, checkpoint: report.faults.length === 0 ? audit.checkpoint() : undefined };
}

/** All budgets as they were after one entry of the log. */
async function balanceOf(store: AuditedStore): Promise<{ budgets: readonly Budget[]; logged: number }> {
  for (let round = 0; round < roundsMax; round++) {
    const first = await store.list(page.budgets);
    const budgets = [...first.budgets];
    let [next, isOne] = [first.next, true];
    while (next !== undefined && isOne) {
      const more = await store.list(page.budgets, next);
      budgets.push(...more.budgets);
      [next, isOne] = [more.next, more.logged === first.logged];
    }
    if (isOne) return { budgets, logged: first.logged };
  }
  throw new EntrainError("unavailable", "the budgets change too fast to be audited: try again");
}
