/** What a session holds of a budget, over the book that the store is held against. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "@entrain/kernel";
import { budgetDefinition, createBudgetBook } from "@entrain/core/budget";
import { foldSession } from "@entrain/core/session";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createBudgetDesk } from "../budget/budget-desk.ts";
import { createSessionBudget, type SessionBudget } from "./session-budget.ts";

const notCalled = (): never => assert.fail("not called");

/** A pool of 100 tokens, and a session that asked for two parts of 10 and has consumed 14. */
function open() {
  const time = createVirtualTime();
  const book = createBudgetBook();
  book.apply({ kind: "create", definition: budgetDefinition({ budgetId: "pool", limits: { tokens: 100 } }) }, 0);
  const desk = createBudgetDesk({
    store: {
      apply: (command) => Promise.resolve(book.apply(command, time.clock.monoMs())),
      read: (ids) => Promise.resolve(ids.flatMap((id) => book.budget(id) ?? [])),
      reclaim: () => Promise.resolve(book.reclaim(time.clock.monoMs()).length),
      watch: () => () => undefined,
      list: notCalled,
    },
    ...{ clock: time.clock, timers: time.timers, random: createRandom("session budget") },
    ...{ holder: "driver", nextRequestId: notCalled },
  });
  const amounts = { tokens: 10 };
  const budget = { asked: [amounts, amounts], granted: new Set([1, 2]), consumed: { tokens: 14 }, exhausted: null };
  const record = { ...foldSession().record, budget };
  const spec = { sessionId: "s", budget: { budgetId: "pool", amounts, exhausted: "fail" } } as const;
  const around = { append: notCalled, wake: () => undefined, leftMs: () => 60_000 };
  const drive = (): SessionBudget => createSessionBudget(desk, spec, record, around);
  const part = (n: 1 | 2) => desk.allocate("pool", { amounts, requestId: n === 1 ? "session.s" : "session.s.2" });
  return { time, book, drive, part };
}

test("a session that is taken over after minutes holds on to what it was granted", async () => {
  const { time, book, drive } = open();
  for (let driver = 0; driver < 3; driver++) {
    const budget = drive();
    await budget.take();
    await time.advance(180_000);
    assert.equal(budget.gone(), undefined);
    budget.leave();
  }
  assert.deepEqual(book.budget("pool")?.available, { tokens: 80 });
});

test("who finds an ended session of which one part was given back tells of the other what it consumed, and gives it back", async () => {
  const { time, book, drive, part } = open();
  const first = await part(1);
  (await part(2)).leave();
  await first.consume({ tokens: 10 });
  await first.release();
  await drive().settle();
  const pool = book.budget("pool");
  assert.deepEqual([pool?.used, pool?.presumed, pool?.leases], [{ tokens: 14 }, { tokens: 0 }, 0]);
  assert.equal(time.pendingTimers(), 0);
});
