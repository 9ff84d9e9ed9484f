/** Who waits for room goes in the order of coming, and holds nobody up who asks for something else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createBudgetBook, type BudgetBook } from "./book.ts";
import { allocationRequest, budgetDefinition, budgetLimits, type AllocationWish, type BudgetWish } from "./budget.ts";
import type { BudgetOutcome } from "./command.ts";

const placeMs = 2_000;
const minute = 60_000;

function pool(wish: Partial<BudgetWish> = {}) {
  const book = createBudgetBook();
  const limits = { slots: 2, seats: 2 };
  book.apply({ kind: "create", definition: budgetDefinition({ budgetId: "pool", limits, ...wish }) }, 0);
  return book;
}

function ask(book: BudgetBook, requestId: string, nowMs: number, more: Partial<AllocationWish> = {}): BudgetOutcome {
  const wish = { requestId, amounts: { slots: 1 }, leaseMs: minute, keepPlaceMs: placeMs, ...more };
  return book.apply({ kind: "allocate", request: allocationRequest("pool", wish) }, nowMs);
}

function release(book: BudgetBook, outcome: BudgetOutcome, nowMs: number): void {
  assert.ok(outcome.kind === "granted");
  book.apply({ kind: "release", budgetId: "pool", allocationId: outcome.grant.allocationId }, nowMs);
}

const isGranted = ({ kind }: BudgetOutcome): boolean => kind === "granted";

test("of those that keep asking, each is granted in the order of coming, whoever asks first when room is made", () => {
  const waiters = fc.integer({ min: 2, max: 8 });
  const orders = fc.array(fc.nat(7), { minLength: 20, maxLength: 60 });
  fc.assert(
    fc.property(waiters, orders, (count, order) => {
      const book = pool();
      const held = [ask(book, "h-1", 0), ask(book, "h-2", 0)];
      for (let n = 0; n < count; n++) assert.equal(ask(book, `w-${n}`, 1).kind, "refused");
      const granted: number[] = [];
      for (const [step, n] of order.entries()) {
        if (step % 3 === 0 && held.length > 0) release(book, held.shift()!, 2);
        const outcome = ask(book, `w-${n % count}`, 2);
        if (outcome.kind !== "granted" || outcome.repeated) continue;
        granted.push(n % count);
        held.push(outcome);
      }
      assert.deepEqual(
        granted,
        granted.map((_, index) => index),
      );
    }),
  );
});

test("who does not wait goes not before those that do, and is told that nothing is left for it", () => {
  const book = pool();
  const held = ask(book, "h", 0, { amounts: { slots: 2 } });
  ask(book, "w", 1);
  release(book, held, 2);
  const outcome = ask(book, "n", 2, { keepPlaceMs: undefined });
  assert.ok(outcome.kind === "refused" && outcome.refusal.kind === "exhausted");
  assert.deepEqual(outcome.refusal.remaining, { slots: 0 });
  assert.ok(isGranted(ask(book, "w", 3)));
  assert.ok(isGranted(ask(book, "n", 3, { keepPlaceMs: undefined })));
});

test("a place lapses where it is not asked for again, and ends where its request is made without one", () => {
  const book = pool();
  const held = ask(book, "h", 0, { amounts: { slots: 2 } });
  ask(book, "gone", 10);
  ask(book, "left", 20);
  ask(book, "last", 30);
  ask(book, "left", 40, { keepPlaceMs: undefined });
  release(book, held, 50);
  assert.ok(!isGranted(ask(book, "last", 10 + placeMs - 1)));
  assert.ok(isGranted(ask(book, "last", 10 + placeMs)));
  assert.ok(isGranted(ask(book, "left", 10 + placeMs)));
});

test("another resource, another reserve and a higher priority do not wait for the line", () => {
  const book = pool({ limits: { slots: 4, seats: 2 }, reserves: { emergency: 50 } });
  ask(book, "h", 0, { amounts: { slots: 2 } });
  assert.ok(!isGranted(ask(book, "w-1", 1)));
  assert.ok(!isGranted(ask(book, "w-2", 1)));
  assert.ok(isGranted(ask(book, "seats", 2, { amounts: { seats: 1 } })));
  assert.ok(isGranted(ask(book, "urgent", 2, { reserve: "emergency" })));
  const plain = pool();
  const held = ask(plain, "h", 0, { amounts: { slots: 2 } });
  ask(plain, "w-1", 1);
  ask(plain, "high", 2, { priority: 5, amounts: { slots: 2 } });
  release(plain, held, 3);
  assert.ok(!isGranted(ask(plain, "w-1", 3)));
  assert.ok(isGranted(ask(plain, "high", 3, { priority: 5, amounts: { slots: 2 } })));
});

test("who asks for more than can come back has no place: of a consumable, what is used up", () => {
  const book = pool({ limits: { credits: 10 } });
  const held = ask(book, "h", 0, { amounts: { credits: 8 } });
  assert.ok(held.kind === "granted");
  const { allocationId } = held.grant;
  book.apply({ kind: "consume", budgetId: "pool", allocationId, consumed: { credits: 5 } }, 1);
  ask(book, "never", 2, { amounts: { credits: 6 } });
  ask(book, "soon", 3, { amounts: { credits: 5 } });
  release(book, held, 4);
  assert.ok(isGranted(ask(book, "soon", 5, { amounts: { credits: 5 } })));
});

test("a line is bounded, and one more is told so; a place in it is not lost by that", () => {
  const book = pool();
  ask(book, "h", 0, { amounts: { slots: 2 } });
  for (let n = 0; n < budgetLimits.waitingMax; n++) ask(book, `w-${n}`, 1);
  const refusal = { kind: "too-many", what: "waiting" };
  assert.deepEqual(ask(book, "more", 2), { kind: "refused", refusal });
  const known = ask(book, "w-0", 2);
  assert.ok(known.kind === "refused" && known.refusal.kind === "exhausted");
  assert.deepEqual(ask(book, "more", 3), { kind: "refused", refusal });
  const later = ask(book, "more", 2 + placeMs);
  assert.ok(later.kind === "refused" && later.refusal.kind === "exhausted");
});
