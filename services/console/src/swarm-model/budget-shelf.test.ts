import assert from "node:assert/strict";
import { test } from "node:test";
import { budgetDefinition, createBudgetBook } from "@entrain/core/budget";
import { createBudgetShelf } from "./budget-shelf.ts";

test("a change of a budget is told once, and its end as well", () => {
  const book = createBudgetBook();
  const definition = budgetDefinition({ budgetId: "pool", limits: { credits: 10 } });
  book.apply({ kind: "create", definition }, 0);
  const shelf = createBudgetShelf();
  const told = () =>
    shelf.read(["pool"], book.budgets()).map((event) => {
      assert.ok(event.type === "budget.changed");
      return [event.data.budgetId, event.data.available["credits"], event.data.freed];
    });
  assert.deepEqual(told(), [["pool", 10, false]]);
  assert.deepEqual(told(), []);
  const request = {
    budgetId: "pool",
    requestId: "r",
    amounts: { credits: 4 },
    leaseMs: 1_000,
    holder: "",
    priority: 0,
  };
  book.apply({ kind: "allocate", request }, 1);
  assert.deepEqual(told(), [["pool", 6, false]]);
  book.apply({ kind: "close", budgetId: "pool" }, 2);
  book.reclaim(2_000);
  assert.deepEqual(told(), [["pool", 6, true]]);
  assert.deepEqual(shelf.all(), []);
  assert.deepEqual(shelf.read(["unknown"], []), []);
});
