import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import type { BudgetOutcome } from "@entrain/core/budget";
import type { BudgetStore, RuntimeEvent } from "@entrain/ports";
import { observeBudgets } from "./observe-budgets.ts";

test("each command is told of with its outcome: the store's, the kind of a refusal, the code of an error", async () => {
  const events: RuntimeEvent[] = [];
  const answers: (() => Promise<BudgetOutcome>)[] = [
    () => Promise.resolve({ kind: "done" }),
    () => Promise.resolve({ kind: "refused", refusal: { kind: "closing", budgetId: "pool" } }),
    () => Promise.reject(new EntrainError("store-unavailable", "away")),
  ];
  const notCalled = (): never => assert.fail("not called");
  const store: BudgetStore = {
    apply: () => (answers.shift() ?? notCalled)(),
    setDefaults: notCalled,
    reclaim: () => Promise.resolve(7),
    list: notCalled,
    read: notCalled,
    holderOf: notCalled,
    log: notCalled,
    checkpoint: notCalled,
    compact: notCalled,
    watch: notCalled,
  };
  const observed = observeBudgets(store, (event) => events.push(event));
  const command = { kind: "close", budgetId: "pool" } as const;
  assert.deepEqual(await observed.apply(command), { kind: "done" });
  assert.equal((await observed.apply(command)).kind, "refused");
  await assert.rejects(observed.apply(command), { code: "store-unavailable" });
  assert.equal(await observed.reclaim(), 7);
  assert.deepEqual(
    events.map((event) => (event.kind === "budget.answered" ? [event.operation, event.outcome] : event.kind)),
    [
      ["close", "done"],
      ["close", "closing"],
      ["close", "store-unavailable"],
    ],
  );
});
