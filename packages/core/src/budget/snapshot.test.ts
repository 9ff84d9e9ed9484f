import assert from "node:assert/strict";
import { test } from "node:test";
import { createBudgetAudit, type AuditEntry } from "./audit.ts";
import { budgetDefinition, type Budget } from "./budget.ts";
import { createBudgetBook } from "./book.ts";
import type { BudgetCheckpoint } from "./snapshot.ts";

const create = (budgetId: string, credits: number): AuditEntry["change"] => ({
  kind: "command",
  command: { kind: "create", definition: budgetDefinition({ budgetId, limits: { credits } }) },
  allocationId: undefined,
});
const entry = (number: number, change: AuditEntry["change"]): AuditEntry => ({ number, atMs: number, change });

/** The checkpoint after two budgets, and what the store says then. */
function checkpointed(): { readonly checkpoint: BudgetCheckpoint; readonly present: readonly Budget[] } {
  const audit = createBudgetAudit();
  audit.enter(entry(1, create("a", 10)));
  audit.enter(entry(2, create("b", 20)));
  const checkpoint = audit.checkpoint();
  assert.ok(checkpoint !== undefined);
  return { checkpoint, present: createBudgetBook({ from: checkpoint.book }).budgets() };
}

test("an audit from a checkpoint finds a forged balance, and is complete where the checkpoint's entry is still there", () => {
  const { checkpoint, present } = checkpointed();
  const right = createBudgetAudit(checkpoint);
  right.enter(entry(2, create("b", 20)));
  assert.deepEqual(right.close(present), { entries: 0, from: 2, complete: true, faults: [], presumed: [] });
  const forged = createBudgetAudit(checkpoint);
  forged.enter(entry(2, create("b", 20)));
  const [a, b] = present;
  const { faults } = forged.close([{ ...a!, used: { credits: 1 }, available: { credits: 9 } }, b!]);
  assert.match(faults.join(), /a: used of credits is 1, the log comes to 0/);
});

test("where entries after the checkpoint are missing it says so, and makes no checkpoint of its own", () => {
  const { checkpoint, present } = checkpointed();
  const audit = createBudgetAudit(checkpoint);
  audit.enter(entry(4, create("d", 1)));
  assert.equal(audit.close(present).complete, false);
  assert.equal(audit.checkpoint(), undefined);
});

test("a log that is wrong makes no checkpoint, and one that contradicts itself is refused", () => {
  const audit = createBudgetAudit();
  audit.enter(entry(1, create("a", 10)));
  audit.enter(entry(2, { kind: "command", command: { kind: "close", budgetId: "none" }, allocationId: undefined }));
  assert.equal(audit.checkpoint(), undefined);
  const { checkpoint } = checkpointed();
  const [first, ...rest] = checkpoint.book.nodes;
  const credits = { ...first!.accounts["credits"]!, granted: 3 };
  const nodes = [{ ...first!, accounts: { credits } }, ...rest];
  assert.throws(() => createBudgetBook({ from: { ...checkpoint.book, nodes } }), /contradicts itself/);
});
