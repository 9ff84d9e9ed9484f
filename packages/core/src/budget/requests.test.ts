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

test("a request whose part was released or taken back is told so, and is granted again an hour after that", () => {
  const hour = 60 * minute;
  for (const isReleased of [true, false]) {
    const book = bookWithPool();
    const { allocationId } = granted(ask(book, 0));
    if (isReleased) book.apply({ kind: "release", budgetId: "pool", allocationId }, minute);
    for (const nowMs of [minute, minute + hour])
      assert.deepEqual(ask(book, nowMs), { kind: "refused", refusal: { kind: "ended", allocationId } });
    assert.notEqual(granted(ask(book, minute + hour + 1)).allocationId, allocationId);
  }
});

test("a budget that is made again under the same id knows no request of its earlier life, and forgets none of its own", () => {
  const book = bookWithPool();
  const first = granted(ask(book, 0)).allocationId;
  book.apply({ kind: "release", budgetId: "pool", allocationId: first }, 1);
  book.apply({ kind: "close", budgetId: "pool" }, 1);
  assert.deepEqual(ask(book, 1), { kind: "refused", refusal: { kind: "ended", allocationId: first } });
  makePool(book, 2);
  const second = granted(ask(book, 2, 7));
  assert.deepEqual([second.amounts, second.allocationId === first], [{ slots: 7 }, false]);
  book.apply({ kind: "extend", budgetId: "pool", allocationId: second.allocationId, leaseMs: 120 * minute }, 3);
  assert.equal(granted(ask(book, 61 * minute, 7)).allocationId, second.allocationId, "the first was forgotten");
});

test("a transfer that is made again moves nothing, and is a new one in the next life of its budget", () => {
  const book = bookWithPool();
  const definition = budgetDefinition({ budgetId: "run", parentId: "pool", limits: { slots: 4 } });
  const transfer = { kind: "transfer", from: "run", to: "pool", amounts: { slots: 1 }, requestId: "move" } as const;
  const moves = () => [1, 2].map(() => book.apply(transfer, 1).kind);
  for (let life = 0; life < 2; life++) {
    book.apply({ kind: "create", definition }, 1);
    assert.deepEqual(moves(), ["done", "repeated"]);
    book.apply({ kind: "close", budgetId: "run" }, 1);
  }
});
