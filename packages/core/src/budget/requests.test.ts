/** What is said to whoever makes a request for a part again (B3). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { allocationRequest, budgetDefinition } from "./budget.ts";
import { createBudgetBook, type BudgetBook } from "./book.ts";
import type { BudgetOutcome } from "./command.ts";

const minute = 60_000;

function bookWithPool(): BudgetBook {
  const book = createBudgetBook();
  makePool(book);
  return book;
}

function makePool(book: BudgetBook, nowMs = 0): void {
  const definition = budgetDefinition({ budgetId: "pool", limits: { slots: 10 } });
  assert.deepEqual(book.apply({ kind: "create", definition }, nowMs), { kind: "done" });
}

function ask(book: BudgetBook, nowMs: number, slots = 4): BudgetOutcome {
  const request = allocationRequest("pool", { requestId: "same", amounts: { slots } });
  return book.apply({ kind: "allocate", request }, nowMs);
}

function granted(outcome: BudgetOutcome) {
  assert.ok(outcome.kind === "granted", JSON.stringify(outcome));
  return outcome.grant;
}

test("a request that is made again is told the end that its part has by now, however often it was prolonged", () => {
  const book = bookWithPool();
  const { allocationId } = granted(ask(book, 0));
  for (let nowMs = 20_000; nowMs < 3 * minute; nowMs += 20_000)
    book.apply({ kind: "extend", budgetId: "pool", allocationId, leaseMs: minute }, nowMs);
  const again = granted(ask(book, 3 * minute));
  assert.deepEqual([again.leaseUntilMs, again.leaseLeftMs], [220_000, 40_000]);
});
