import assert from "node:assert/strict";
import { test } from "node:test";
import { runBudgets } from "./budgets-run.ts";

test("through kills of the processes that use them, and of a coordinator, budgets hold B1 to B3 at every step, and balance in the end", async (t) => {
  const remote = { remote: 1, coordinators: 2 };
  const outcome = await runBudgets({ seed: 1, processes: 3, ...remote, commands: 3_000, kills: 3 });
  t.diagnostic(JSON.stringify(outcome));
  assert.deepEqual(outcome.violations, []);
  assert.deepEqual([outcome.kills, outcome.coordinatorKills], [3, 1]);
  assert.ok(outcome.entries > 1_000);
  assert.ok(outcome.checkpoints > 0 && outcome.beforeCheckpoint > 0, "the log was compacted while they worked");
  const { repeated, waited, children } = outcome;
  assert.ok(repeated > 0 && waited > 0 && children > 0, "each of these was tried");
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

test("a request that is not known again is found where it is granted twice", async () => {
  const mutation = { script: "allocate-budget", text: "remember(budget.id, request.id, digest, id)\n", instead: "" };
  const { violations } = await runBudgets({ seed: 3, processes: 2, commands: 600, kills: 0, mutation });
  assert.match(violations.join("\n"), /B3: .* was granted, and again granted/);
  assert.match(violations.join("\n"), /B3: entry .* grants .* again/);
});
