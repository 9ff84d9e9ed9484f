/** Those that change one budget at once, over the book that the store is held against. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "@entrain/kernel";
import { budgetDefinition, createBudgetBook, type BudgetCommand } from "@entrain/core/budget";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { amendBudget } from "./amend-budget.ts";

/** A budget in a store that answers after 1 ms; `before` is called before each amendment. */
function open(before: (apply: (command: BudgetCommand) => unknown) => void = () => undefined) {
  const time = createVirtualTime();
  const book = createBudgetBook();
  const carryOut = (command: BudgetCommand) => book.apply(command, time.clock.monoMs());
  carryOut({ kind: "create", definition: budgetDefinition({ budgetId: "pool", limits: { credits: 100 } }) });
  const store = {
    async read() {
      await time.sleep(1);
      return book.budgets();
    },
    async apply(command: BudgetCommand) {
      await time.sleep(1);
      before(carryOut);
      return carryOut(command);
    },
  };
  const amender = (seed: string) => ({ store, timers: time.timers, random: createRandom(seed) });
  return { time, book, amender };
}

test("of what four change at once nothing is lost", async () => {
  const { time, book, amender } = open();
  const changes = [
    { reserves: { emergency: 10 } },
    { tiers: { batch: 60 } },
    { exhaustion: { kind: "queue", waitMs: 500 } },
    { limits: { credits: 50 } },
  ] as const;
  const outcomes = await time.until(
    Promise.all(changes.map((change, n) => amendBudget(amender(`amender ${n}`), "pool", change))),
  );
  assert.deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(["done"]));
  const pool = book.budget("pool");
  assert.deepEqual(pool?.limits, { credits: 50 });
  assert.deepEqual(pool.policy, {
    reserves: { emergency: 10 },
    tiers: { batch: 60 },
    exhaustion: { kind: "queue", waitMs: 500 },
  });
});

test("who is overtaken each time gives up after eight tries, and is told so", async () => {
  let tries = 0;
  const { time, amender, book } = open((apply) => {
    const reserves = { other: ++tries };
    apply({ kind: "amend", budgetId: "pool", policy: { reserves, tiers: {}, exhaustion: { kind: "fail" } } });
  });
  const outcome = await time.until(amendBudget(amender("late"), "pool", { tiers: { batch: 60 } }));
  assert.deepEqual(outcome, { kind: "refused", refusal: { kind: "policy-changed", budgetId: "pool" } });
  assert.equal(tries, 8);
  assert.deepEqual(book.budget("pool")?.policy.tiers, {});
});
