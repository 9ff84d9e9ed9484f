/** The audit of a store of budgets, as the suite asks for it after what it has done. */
import assert from "node:assert/strict";
import { createBudgetAudit, type AuditReport, type BudgetCheckpoint } from "@entrain/core/budget";
import type { BudgetStore } from "@entrain/ports";

type Audited = AuditReport & { readonly checkpoint: BudgetCheckpoint | undefined };

/** What the log says, held against what the store says. */
async function auditOf(store: BudgetStore): Promise<Audited> {
  const from = await store.checkpoint();
  const audit = createBudgetAudit(from);
  for (let after = from === undefined ? 0 : from.number - 1; ;) {
    const entries = await store.log(after, 100);
    const last = entries.at(-1);
    if (last === undefined) break;
    for (const entry of entries) audit.enter(entry);
    after = last.number;
  }
  const { budgets, logged } = await store.list(1_000);
  const checkpoint = audit.checkpoint();
  if (checkpoint !== undefined) assert.equal(checkpoint.number, logged);
  return { ...audit.close(budgets), checkpoint };
}

/** Audits it; nothing may be wrong, and the log must reach back to the beginning. */
export async function assertBalanced(store: BudgetStore): Promise<Audited> {
  const report = await auditOf(store);
  assert.deepEqual([report.faults, report.complete], [[], true]);
  return report;
}
