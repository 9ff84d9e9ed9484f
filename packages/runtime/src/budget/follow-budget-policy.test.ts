import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, EntrainError } from "@entrain/kernel";
import type { BudgetDefaults } from "@entrain/core/budget";
import type { StoreStatus } from "@entrain/ports";
import type { ContextDocument, ContextNews, SharedDocument } from "@entrain/core/context";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { followBudgetPolicy } from "./follow-budget-policy.ts";

function setUp() {
  const time = createVirtualTime();
  const taken: BudgetDefaults[] = [];
  const state = { isAway: false, isLost: false, tries: 0 };
  let generation = 1;
  const watchers = new Set<(status: StoreStatus) => void>();
  const restart = (): void => {
    generation += 1;
    for (const tell of watchers) tell({ up: true, generation });
  };
  const tries = (): number => state.tries;
  let present: ContextDocument | undefined;
  const listeners = new Set<(news: ContextNews) => void>();
  const write = (document: SharedDocument, isResync = false): void => {
    const baseVersion = present?.version ?? 0;
    const next = { version: baseVersion + 1, document };
    present = next;
    const entry = {
      version: next.version,
      baseVersion,
      author: "",
      reason: "",
      atMs: 0,
      patch: { kind: "merge", patch: {} } as const,
      changes: [],
    };
    for (const listen of listeners)
      listen(isResync ? { kind: "resync", fromVersion: 0, document: next } : { kind: "change", entry, document: next });
  };
  const stop = followBudgetPolicy({
    store: {
      async setDefaults(defaults) {
        state.tries += 1;
        await Promise.resolve();
        if (state.isAway) throw new EntrainError("recovering", "writes may have been lost");
        taken.push(defaults);
        if (state.isLost) throw new EntrainError("deadline-exceeded", "the answer was lost");
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
    health: {
      status: () => ({ up: true, generation }),
      watch(onChange) {
        watchers.add(onChange);
        return () => void watchers.delete(onChange);
      },
    },
    timers: time.timers,
    random: createRandom("policy"),
  });
  const kept = () => taken.map(({ version, policies }) => [version, policies["*"]?.reserves["emergency"]]);
  return { time, taken, state, tries, restart, watchers, write, kept, stop };
}

const budgets = (emergency: number) => ({ policy: { resource: { budgets: { "*": { reserves: { emergency } } } } } });

test("each change of what the document says of budgets is taken into the ledger once, also when the store was away for it", async () => {
  const { time, taken, state, tries, write, kept, stop } = setUp();
  await time.advance(1);
  assert.equal(tries(), 0, "nothing is known yet");
  write({});
  write(budgets(10));
  await time.advance(1);
  write({ ...budgets(10), mine: true });
  await time.advance(1);
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

test("a store that may have lost the policy is told it again: in a new life, after a resync, and where the last answer was lost", async () => {
  const { time, state, restart, watchers, write, kept, stop } = setUp();
  write(budgets(10));
  await time.advance(1);
  restart();
  await time.advance(1);
  assert.deepEqual(kept(), [
    [1, 10],
    [1, 10],
  ]);
  write(budgets(10), true);
  await time.advance(1);
  assert.deepEqual(kept().slice(2), [[2, 10]]);
  state.isLost = true;
  write(budgets(20));
  await time.advance(1);
  state.isLost = false;
  write(budgets(10));
  await time.advance(60_000);
  assert.deepEqual(kept().slice(3), [
    [3, 20],
    [4, 10],
  ]);
  stop();
  assert.equal(watchers.size, 0);
});
