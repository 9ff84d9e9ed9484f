import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, EntrainError } from "@entrain/kernel";
import type { BudgetDefaults } from "@entrain/core/budget";
import type { ContextDocument, ContextNews, SharedDocument } from "@entrain/core/context";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { followBudgetPolicy } from "./follow-budget-policy.ts";

test("each change of what the document says of budgets is taken into the ledger once, also when the store was away for it", async () => {
  const time = createVirtualTime();
  const taken: BudgetDefaults[] = [];
  const state = { isAway: false, tries: 0 };
  const tries = (): number => state.tries;
  let present: ContextDocument | undefined;
  const listeners = new Set<(news: ContextNews) => void>();
  const write = (document: SharedDocument): void => {
    const next = { version: (present?.version ?? 0) + 1, document };
    present = next;
    for (const listen of listeners) listen({ kind: "resync", fromVersion: 0, document: next });
  };
  const stop = followBudgetPolicy({
    store: {
      async setDefaults(defaults) {
        state.tries += 1;
        await Promise.resolve();
        if (state.isAway) throw new EntrainError("recovering", "writes may have been lost");
        taken.push(defaults);
        return true;
      },
    },
    source: {
      current: () => present,
      watch(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    timers: time.timers,
    random: createRandom("policy"),
  });
  const budgets = (emergency: number) => ({ policy: { resource: { budgets: { "*": { reserves: { emergency } } } } } });
  await time.advance(1);
  assert.equal(tries(), 0, "nothing is known yet");
  write({});
  write(budgets(10));
  await time.advance(1);
  write({ ...budgets(10), mine: true });
  await time.advance(1);
  const kept = () => taken.map(({ version, policies }) => [version, policies["*"]?.reserves["emergency"]]);
  assert.deepEqual(kept(), [
    [1, undefined],
    [2, 10],
  ]);
  state.isAway = true;
  write(budgets(20));
  write(budgets(30));
  await time.advance(60_000);
  assert.ok(tries() > 5 && tries() < 30, `${tries()} tries in a minute`);
  state.isAway = false;
  await time.advance(10_000);
  assert.deepEqual(kept().at(-1), [5, 30]);
  assert.equal(taken.length, 3);
  stop();
  write(budgets(40));
  await time.advance(60_000);
  assert.equal(taken.length, 3);
});
