import assert from "node:assert/strict";
import { test } from "node:test";
import { budgetDefinition, createBudgetBook } from "@entrain/core/budget";
import type { BudgetStore } from "@entrain/ports";
import type { SwarmInput } from "../swarm-model/swarm-model.ts";
import { createManualTime } from "../testing/manual-timers.ts";
import { createBudgetReader } from "./budget-reader.ts";

function reading() {
  const book = createBudgetBook();
  for (const budgetId of ["a", "b", "c"])
    book.apply({ kind: "create", definition: budgetDefinition({ budgetId, limits: { slots: 1 } }) }, 0);
  const calls: string[] = [];
  const budgets = {
    reclaim: () => Promise.resolve(calls.push("reclaim")),
    list: (limit: number, after = 0) => {
      calls.push(`list after ${after}`);
      const next = after === 0 ? 2 : undefined;
      return Promise.resolve({
        budgets: after === 0 ? book.budgets().slice(0, 2) : book.budgets().slice(2, limit),
        next,
      });
    },
    read: (ids: readonly string[]) => {
      calls.push(`read ${ids.join()}`);
      return Promise.resolve(book.budgets().filter(({ budgetId }) => ids.includes(budgetId)));
    },
  } as unknown as BudgetStore;
  const time = createManualTime();
  const fed: SwarmInput[] = [];
  const reader = createBudgetReader({
    budgets,
    clock: time.clock,
    known: () => ["gone"],
    feed: (input) => fed.push(input),
  });
  return { reader, calls, fed, time };
}

test("all budgets are read at first, page after page, with those that were known and are gone", async () => {
  const { reader, calls, fed } = reading();
  await reader.read();
  assert.deepEqual(calls, ["reclaim", "list after 0", "list after 2"]);
  const [input] = fed;
  assert.ok(input?.kind === "budgets");
  assert.deepEqual([...input.asked].sort(), ["a", "b", "c", "gone"]);
  assert.equal(input.found.length, 3);
});

test("after that those that are hinted are read, once, and nothing where none is; leases are ended each time", async () => {
  const { reader, calls, fed } = reading();
  await reader.read();
  calls.length = fed.length = 0;
  reader.hint(["b", "c"]);
  reader.hint(["b"]);
  await reader.read();
  await reader.read();
  assert.deepEqual(calls, ["reclaim", "read b,c", "reclaim"]);
  assert.equal(fed.length, 1);
});
