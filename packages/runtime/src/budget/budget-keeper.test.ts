/** How often the log of the budgets is audited where its audit cannot stand. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { test } from "node:test";
import { createRandom } from "@entrain/kernel";
import { budgetDefinition, createBudgetBook, type AuditEntry, type BudgetCheckpoint } from "@entrain/core/budget";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { keepBudgets } from "./budget-keeper.ts";

test("an audit that cannot stand is repeated ever less often, and a log that is right again has its checkpoint", async () => {
  const time = createVirtualTime();
  const book = createBudgetBook();
  const state = { lost: 1, audits: 0 };
  let kept: BudgetCheckpoint | undefined;
  const entries = Array.from({ length: 300 }, (_, index): AuditEntry => {
    const definition = budgetDefinition({ budgetId: `b-${index}`, limits: { slots: 1 } });
    const command = { kind: "create", definition } as const;
    book.apply(command, 1);
    return { number: index + 1, atMs: 1, change: { kind: "command", command, allocationId: undefined } };
  });
  const stop = keepBudgets({
    store: {
      list: () => Promise.resolve({ budgets: book.budgets(), next: undefined, logged: entries.length }),
      log: (after) => Promise.resolve(entries.slice(Math.max(after, state.lost))),
      checkpoint: () => Promise.resolve(kept),
      compact(checkpoint) {
        kept = checkpoint;
        return Promise.resolve(true);
      },
    },
    entriesMax: () => 1_000,
    timers: time.timers,
    random: createRandom("keeper"),
    events: ({ kind }) => (state.audits += kind === "budgets.audited" ? 1 : 0),
  });
  const pass = async (minutes: number): Promise<void> => {
    for (let n = 0; n < minutes * 12; n++) {
      await time.advance(5_000);
      // The audit lets other work of the process have its turn.
      for (let turn = 0; turn < 20; turn++) await setImmediate();
    }
  };
  await pass(60);
  assert.ok(state.audits >= 6 && state.audits <= 12, `${state.audits} audits in an hour`);
  state.lost = 0;
  await pass(15);
  assert.equal(kept?.number, 300);
  const { audits } = state;
  await pass(15);
  assert.equal(state.audits, audits, "none is due");
  await stop();
});
