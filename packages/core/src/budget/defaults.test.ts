import assert from "node:assert/strict";
import { test } from "node:test";
import { createBudgetBook } from "./book.ts";
import { allocationRequest, budgetDefinition, type BudgetWish } from "./budget.ts";
import { budgetPoliciesOf, checkBudgetPolicies } from "./defaults.ts";

const book = createBudgetBook();
const make = (wish: BudgetWish) => book.apply({ kind: "create", definition: budgetDefinition(wish) }, 0);
let requests = 0;
/** What is left for a request that wants too much, which takes nothing. */
function leftOf(budgetId: string): unknown {
  const request = allocationRequest(budgetId, { requestId: `r-${++requests}`, amounts: { credits: 1_000 } });
  const outcome = book.apply({ kind: "allocate", request }, 0);
  return outcome.kind === "refused" && outcome.refusal.kind === "exhausted" ? outcome.refusal.remaining["credits"] : 0;
}
const set = (version: number, policies: unknown) =>
  book.setDefaults({ version, policies: checkBudgetPolicies(policies) });
const reserves = (emergency: number) => ({ reserves: { emergency } });

test("the nearest of a budget and those above it that is named counts, then all others; a policy of its own goes first", () => {
  make({ budgetId: "root", limits: { credits: 300 } });
  make({ budgetId: "run", parentId: "root", limits: { credits: 200 } });
  make({ budgetId: "step", parentId: "run", limits: { credits: 100 } });
  make({ budgetId: "own", limits: { credits: 100 }, ...reserves(1) });
  assert.equal(set(1, { "*": reserves(10), root: reserves(20), step: reserves(30) }), true);
  make({ budgetId: "late", limits: { credits: 100 } });
  assert.deepEqual(["run", "step", "own", "late"].map(leftOf), [60, 70, 99, 90]);
  assert.equal(set(1, {}), false, "it is no later one");
  const copy = createBudgetBook({ from: book.snapshot() });
  assert.deepEqual(copy.budgets(), book.budgets());
  for (const one of [book, copy]) assert.equal(one.setDefaults({ version: 2, policies: {} }), true);
  assert.deepEqual(["run", "step", "own", "late"].map(leftOf), [100, 100, 99, 100]);
  assert.deepEqual(copy.budgets(), book.budgets());
  const amended = budgetDefinition({ budgetId: "late", limits: { credits: 1 }, ...reserves(5) }).policy!;
  book.apply({ kind: "amend", budgetId: "late", policy: amended }, 0);
  set(3, { "*": reserves(50) });
  assert.equal(leftOf("late"), 95, "what was said to it is its own");
});

test("what is no policy is refused by its place, and counts for nothing where it was written all the same", () => {
  for (const [policies, field] of [
    [[], ""],
    [{ "no spaces": {} }, "no spaces"],
    [{ pool: 1 }, "pool"],
    [{ pool: { limits: {} } }, "pool/limits"],
    [{ pool: { reserves: { emergency: 101 } } }, "pool/reserves/emergency"],
    [{ pool: { reserves: { one: 60, two: 60 } } }, "pool/reserves"],
    [{ "*": { exhaustion: { kind: "beg" } } }, "*/exhaustion/kind"],
  ] as const) {
    assert.throws(() => checkBudgetPolicies(policies), { code: "invalid-argument", field }, JSON.stringify(policies));
    assert.deepEqual(budgetPoliciesOf({ policy: { resource: { budgets: policies } } }), {});
  }
  assert.deepEqual(budgetPoliciesOf({ policy: null }), {});
  assert.deepEqual(budgetPoliciesOf({ policy: { resource: { budgets: { "*": { tiers: { batch: 60 } } } } } }), {
    "*": { reserves: {}, tiers: { batch: 60 }, exhaustion: { kind: "fail" } },
  });
});
