/** Budgets that end: what is asked of them then is refused, and not answered as if they went on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { allocationRequest, budgetDefinition, type BudgetWish } from "./budget.ts";
import { createBudgetBook } from "./book.ts";

const minute = 60_000;

function open() {
  const book = createBudgetBook();
  const make = (wish: BudgetWish, nowMs = 0) =>
    book.apply({ kind: "create", definition: budgetDefinition(wish) }, nowMs);
  const ask = (budgetId: string, requestId: string, nowMs = 0) =>
    book.apply({ kind: "allocate", request: allocationRequest(budgetId, { requestId, amounts: { slots: 1 } }) }, nowMs);
  make({ budgetId: "root", limits: { slots: 2_000 } });
  return { book, make, ask };
}

const closing = { kind: "refused", refusal: { kind: "closing", budgetId: "run" } };

test("a budget that closes cannot be made again until it is freed, by the same definition neither", () => {
  const { book, make, ask } = open();
  const run = { budgetId: "run", parentId: "root", limits: { slots: 5 } };
  make(run);
  ask("run", "held");
  book.apply({ kind: "close", budgetId: "run" }, 0);
  assert.deepEqual([make(run), make({ ...run, limits: { slots: 6 } })], [closing, closing]);
  assert.deepEqual(make(run, minute), { kind: "done" });
});

test("a budget whose lease is over grants nothing and gets no children, however many others are to be reclaimed first", () => {
  const { make, ask } = open();
  make({ budgetId: "run", parentId: "root", limits: { slots: 5 }, leaseMs: minute + 1 });
  for (let n = 0; n < 1_999 - 5; n++) assert.equal(ask("root", `r-${n}`).kind, "granted");
  assert.deepEqual(ask("run", "late", minute + 1), closing);
  const { make: makeOther, ask: askOther } = open();
  makeOther({ budgetId: "run", parentId: "root", limits: { slots: 5 }, leaseMs: minute + 1 });
  for (let n = 0; n < 1_999 - 5; n++) askOther("root", `r-${n}`);
  assert.deepEqual(makeOther({ budgetId: "step", parentId: "run", limits: { slots: 1 } }, minute + 1), closing);
});
