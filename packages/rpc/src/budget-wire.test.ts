/** Budgets over the wire: every outcome and every refusal comes out as it went in, through the real codec. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Budget, BudgetOutcome, BudgetRefusal } from "@entrain/core/budget";
import { budgetFromWire, budgetOutcomeFromWire, budgetToWire, outcomeToWire } from "./budget-wire.ts";
import { serviceDefinitions } from "./load-proto.ts";

const { Allocate, ListBudgets } = serviceDefinitions().context;

function overTheWire(outcome: BudgetOutcome): BudgetOutcome {
  return budgetOutcomeFromWire(Allocate.responseDeserialize(Allocate.responseSerialize(outcomeToWire(outcome))));
}

const allocationId = "alloc-1";
const budgetId = "pool";
const refusals: { readonly [Kind in BudgetRefusal["kind"]]: Extract<BudgetRefusal, { readonly kind: Kind }> } = {
  "unknown-budget": { kind: "unknown-budget", budgetId },
  "unknown-allocation": { kind: "unknown-allocation", allocationId },
  exists: { kind: "exists", budgetId },
  "request-reused": { kind: "request-reused", requestId: "r-1" },
  "unknown-resource": { kind: "unknown-resource", budgetId, resource: "models/small" },
  closing: { kind: "closing", budgetId },
  "policy-changed": { kind: "policy-changed", budgetId },
  exhausted: { kind: "exhausted", budgetId, remaining: { credits: 0, tokens: 1e15 }, preempted: 2, waitMs: 5_000 },
  "unknown-class": { kind: "unknown-class", budgetId, field: "tier", name: "gold" },
  "not-root": { kind: "not-root", budgetId },
  "no-lease": { kind: "no-lease", budgetId },
  ended: { kind: "ended", allocationId },
  noticed: { kind: "noticed", allocationId, leaseUntilMs: 1_700_000_000_000.5 },
  consumed: { kind: "consumed", allocationId, resource: "credits", limit: 7 },
  unrelated: { kind: "unrelated", from: "a", to: "b" },
  "too-many": { kind: "too-many", what: "levels" },
};

test("every refusal keeps its figures", () => {
  for (const refusal of Object.values(refusals))
    assert.deepEqual(overTheWire({ kind: "refused", refusal }), { kind: "refused", refusal });
});

test("every other outcome does, too", () => {
  const grant = {
    allocationId,
    budgetId,
    amounts: { credits: 3 },
    leaseUntilMs: 1_700_000_000_000,
    leaseLeftMs: 59_999.5,
  };
  const outcomes: readonly BudgetOutcome[] = [
    { kind: "done" },
    { kind: "repeated" },
    { kind: "granted", grant, repeated: true },
    { kind: "extended", leaseUntilMs: 1_700_000_000_000, leaseLeftMs: 100 },
  ];
  for (const outcome of outcomes) assert.deepEqual(overTheWire(outcome), outcome);
});

test("a budget is the same at the other end: a root without a lease, and a child with one", () => {
  const root: Budget = {
    budgetId,
    parentId: null,
    strategy: "elastic",
    kinds: { credits: "consumable", memory: "reusable" },
    limits: { credits: 10, memory: 1e15 },
    granted: { credits: 1, memory: 0 },
    used: { credits: 2, memory: 0 },
    presumed: { credits: 1, memory: 0 },
    available: { credits: 7, memory: 1e15 },
    leases: 1,
    children: 2,
    leaseUntilMs: null,
    closing: false,
    policy: { reserves: { emergency: 10 }, tiers: {}, exhaustion: { kind: "queue", waitMs: 1_000 } },
  };
  const child: Budget = {
    ...root,
    budgetId: "child",
    parentId: budgetId,
    leaseUntilMs: 1_700_000_000_000,
    closing: true,
  };
  const list = { budgets: [root, child].map(budgetToWire), next: 0 };
  const { budgets } = ListBudgets.responseDeserialize(ListBudgets.responseSerialize(list));
  assert.deepEqual(
    budgets.map((budget) => budgetFromWire(budget, "budget")),
    [root, child],
  );
});

test("an outcome of a newer coordinator is refused by name", () => {
  const wire = Allocate.responseDeserialize(
    Allocate.responseSerialize({ kind: "refused", refusal: { kind: "tired" } }),
  );
  assert.throws(() => budgetOutcomeFromWire(wire), { code: "invalid-argument", field: "refusal.kind" });
});
