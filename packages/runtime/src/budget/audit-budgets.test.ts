/** The audit of more budgets than are read at once, while they change. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  budgetDefinition,
  createBudgetBook,
  type AuditEntry,
  type Budget,
  type BudgetCommand,
} from "@entrain/core/budget";
import { auditBudgets } from "./audit-budgets.ts";

const budgetsCount = 25;

/** A store that answers ten budgets at a time, and of which each read is followed by a change of every budget. */
function open(forge: (budget: Budget) => Budget | undefined = (budget) => budget) {
  const book = createBudgetBook();
  const entries: AuditEntry[] = [];
  const order: string[] = [];
  const apply = (command: BudgetCommand): void => {
    const outcome = book.apply(command, 1);
    assert.equal(outcome.kind, "done");
    entries.push({
      number: entries.length + 1,
      atMs: 1,
      change: { kind: "command", command, allocationId: undefined },
    });
    if (command.kind === "create") order.push(command.definition.budgetId);
    if (command.kind === "close") order[order.indexOf(command.budgetId)] = "";
  };
  const make = (budgetId: string): void => {
    apply({ kind: "create", definition: budgetDefinition({ budgetId, limits: { slots: 1 } }) });
  };
  for (let n = 0; n < budgetsCount; n++) make(`b-${n}`);
  let rounds = 0;
  const changeAll = (): void => {
    rounds += 1;
    for (const { budgetId } of book.budgets()) apply({ kind: "amend", budgetId, limits: { slots: 1 + rounds } });
    // One that was read goes and is made again, another one comes.
    apply({ kind: "close", budgetId: "b-3" });
    make("b-3");
    make(`late-${rounds}`);
  };
  return auditBudgets({
    list(_, after = 0) {
      const named = order.map((budgetId, index) => ({ budgetId, number: index + 1 }));
      const found = named.filter(({ budgetId, number }) => budgetId !== "" && number > after).slice(0, 10);
      const last = found.at(-1)?.number ?? 0;
      const budgets = found.flatMap(({ budgetId }) => forge(book.budget(budgetId) ?? assert.fail(budgetId)) ?? []);
      const isMore = named.some(({ budgetId, number }) => budgetId !== "" && number > last);
      const answer = { budgets, next: isMore ? last : undefined, logged: entries.length };
      if (rounds < 60) changeAll();
      return Promise.resolve(answer);
    },
    log: (after, limit) => Promise.resolve(entries.slice(after, after + limit)),
    checkpoint: () => Promise.resolve(undefined),
  });
}

test("budgets that change while they are read are audited, each as it was when it was read", async () => {
  const { report, checkpoint } = await open();
  assert.deepEqual([report.faults, report.complete], [[], true]);
  assert.equal(checkpoint?.number, report.entries);
});

test("a figure that was tampered with, and a budget that is missing, are found on whichever page", async () => {
  const forged = await open((budget) => (budget.budgetId === "b-5" ? { ...budget, limits: { slots: 99 } } : budget));
  assert.match(forged.report.faults.join(), /b-5: limits of slots is 99, the log comes to 1/);
  const lacking = await open((budget) => (budget.budgetId === "b-15" ? undefined : budget));
  assert.deepEqual(lacking.report.faults, ["b-15 is missing"]);
  const strange = await open((budget) => (budget.budgetId === "b-7" ? { ...budget, budgetId: "ghost" } : budget));
  assert.deepEqual(strange.report.faults, ["ghost was never made", "b-7 is missing"]);
});
