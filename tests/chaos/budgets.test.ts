import assert from "node:assert/strict";
import { test } from "node:test";
import { runBudgets } from "./budgets-run.ts";

test("through kills of the processes that use them, budgets hold B1 to B3 at every step, and balance in the end", async (t) => {
  const outcome = await runBudgets({ seed: 1, processes: 6, commands: 6_000, kills: 5 });
  t.diagnostic(JSON.stringify(outcome));
  assert.deepEqual(outcome.violations, []);
  assert.equal(outcome.kills, 5);
  assert.ok(outcome.entries > 1_000);
  assert.ok(outcome.checkpoints > 0 && outcome.beforeCheckpoint > 0, "the log was compacted while they worked");
});

test("a grant that does not look at what is left is found by the audit", async () => {
  const mutation = {
    script: "allocate-budget",
    text: "refusal = shortage(budget, amounts, who, preempted)",
    instead: "refusal = nil",
  };
  const { violations } = await runBudgets({ seed: 2, processes: 3, commands: 1_500, kills: 1, mutation });
  assert.match(violations.join("\n"), /should not have been|B1/);
});
