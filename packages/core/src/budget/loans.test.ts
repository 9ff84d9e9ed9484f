/** What elastic budgets owe each other, however long they borrow. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { allocationRequest, budgetDefinition } from "./budget.ts";
import { createBudgetBook } from "./book.ts";
import type { BudgetCommand, BudgetOutcome } from "./command.ts";

/** A root of 1,000 tokens, with elastic children that have 10 each. */
function market(...budgetIds: readonly string[]) {
  const book = createBudgetBook();
  let requests = 0;
  const apply = (command: BudgetCommand): BudgetOutcome => book.apply(command, 0);
  const make = (budgetId: string, parentId?: string) =>
    apply({
      kind: "create",
      definition: budgetDefinition(
        parentId === undefined
          ? { budgetId, limits: { tokens: 1_000 } }
          : { budgetId, parentId, limits: { tokens: 10 }, strategy: "elastic" },
      ),
    });
  make("root");
  for (const budgetId of budgetIds) make(budgetId, "root");
  const take = (budgetId: string, tokens: number) => {
    const request = allocationRequest(budgetId, { requestId: `r-${++requests}`, amounts: { tokens } });
    const outcome = apply({ kind: "allocate", request });
    assert.ok(outcome.kind === "granted", JSON.stringify(outcome));
    return { budgetId, allocationId: outcome.grant.allocationId } as const;
  };
  const use = (budgetId: string, tokens: number, used: number): void => {
    const part = take(budgetId, tokens);
    apply({ kind: "consume", ...part, consumed: { tokens: used } });
    apply({ kind: "release", ...part });
  };
  const loans = (budgetId: string) =>
    book.snapshot().nodes.find(({ definition }) => definition.budgetId === budgetId)?.loans;
  const limit = (budgetId: string) => book.budget(budgetId)?.limits["tokens"];
  return { book, apply, make, take, use, loans, limit };
}

test("an elastic budget that uses up what it borrows owes nothing that could never come back, however often", () => {
  const { book, use, loans, limit } = market("a", "b");
  use("a", 10, 10);
  for (let n = 0; n < 50; n++) use("a", 10, 10);
  assert.deepEqual(loans("a"), []);
  assert.deepEqual([limit("a"), book.budget("a")?.available], [510, { tokens: 0 }]);
  assert.deepEqual(book.breaches(), []);
});

test("room that comes later is not given away for loans that were used up", () => {
  const { apply, use, limit } = market("a", "b");
  use("a", 30, 30);
  apply({ kind: "transfer", from: "root", to: "a", amounts: { tokens: 40 }, requestId: "more" });
  use("a", 1, 0);
  assert.equal(limit("a"), 70);
});

test("what is borrowed again and again is one loan of each lender, and goes back whole", () => {
  const { apply, take, loans, limit } = market("a", "b");
  apply({ kind: "transfer", from: "root", to: "b", amounts: { tokens: 980 }, requestId: "all" });
  const parts = Array.from({ length: 30 }, () => take("a", 5));
  assert.deepEqual(loans("a"), [{ from: "b", resource: "tokens", amount: 140 }]);
  for (const part of parts) apply({ kind: "release", ...part });
  assert.deepEqual([loans("a"), limit("a"), limit("b")], [[], 10, 990]);
});

test("what was borrowed of a budget that is gone goes to the parent, not to whoever has its name now", () => {
  const { book, apply, make, take, loans, limit } = market("a", "b");
  apply({ kind: "transfer", from: "root", to: "b", amounts: { tokens: 980 }, requestId: "all" });
  const part = take("a", 40);
  assert.deepEqual(loans("a"), [{ from: "b", resource: "tokens", amount: 30 }]);
  apply({ kind: "close", budgetId: "b" });
  make("b", "root");
  assert.deepEqual(loans("a"), [{ from: "root", resource: "tokens", amount: 30 }]);
  apply({ kind: "release", ...part });
  assert.deepEqual([limit("a"), limit("b"), book.budget("root")?.available], [10, 10, { tokens: 980 }]);
  assert.deepEqual(book.breaches(), []);
});
