import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { allocationRequest, budgetDefinition, type BudgetWish } from "./budget.ts";
import { createBudgetBook, type BudgetBook } from "./book.ts";
import type { BudgetCommand, BudgetOutcome } from "./command.ts";
import { checkPolicy } from "./policy.ts";

const minute = 60_000;

function bookWith(...wishes: readonly BudgetWish[]): BudgetBook {
  const book = createBudgetBook();
  for (const wish of wishes)
    assert.deepEqual(book.apply({ kind: "create", definition: budgetDefinition(wish) }, 0), { kind: "done" });
  return book;
}

let requests = 0;
function allocate(
  book: BudgetBook,
  budgetId: string,
  amounts: Readonly<Record<string, number>>,
  more: { leaseMs?: number; priority?: number; requestId?: string; nowMs?: number } = {},
): BudgetOutcome {
  const { nowMs = 0, requestId = `r-${++requests}`, ...rest } = more;
  return book.apply({ kind: "allocate", request: allocationRequest(budgetId, { requestId, amounts, ...rest }) }, nowMs);
}

function granted(outcome: BudgetOutcome): string {
  assert.ok(outcome.kind === "granted", JSON.stringify(outcome));
  return outcome.grant.allocationId;
}

function remaining(outcome: BudgetOutcome): unknown {
  assert.ok(outcome.kind === "refused" && outcome.refusal.kind === "exhausted", JSON.stringify(outcome));
  return outcome.refusal.remaining;
}

test("of a pool of 10,000 ten grants of 1,000 are made, and the next is told that nothing is left", () => {
  const book = bookWith({ budgetId: "pool", limits: { credits: 10_000 } });
  for (let n = 0; n < 10; n++) granted(allocate(book, "pool", { credits: 1_000 }));
  assert.deepEqual(remaining(allocate(book, "pool", { credits: 1_000 })), { credits: 0 });
});

test("a request is granted once, and is told the same however often it is made", () => {
  const book = bookWith({ budgetId: "pool", limits: { credits: 10 } });
  const first = allocate(book, "pool", { credits: 4 }, { requestId: "same" });
  const again = allocate(book, "pool", { credits: 4 }, { requestId: "same", nowMs: 10 });
  assert.ok(first.kind === "granted" && again.kind === "granted");
  assert.deepEqual([again.grant.allocationId, again.grant.leaseUntilMs], [first.grant.allocationId, minute]);
  assert.equal(again.repeated, true);
  assert.deepEqual(allocate(book, "pool", { credits: 5 }, { requestId: "same" }), {
    kind: "refused",
    refusal: { kind: "request-reused", requestId: "same" },
  });
  assert.deepEqual(book.budget("pool")?.available, { credits: 6 });
});

test("at a lease's end memory comes back, and credits are presumed spent", () => {
  const book = bookWith({ budgetId: "pool", limits: { credits: 10, memory: 10 } });
  const id = granted(allocate(book, "pool", { credits: 4, memory: 4 }, { leaseMs: minute }));
  const consumed = book.apply({ kind: "consume", budgetId: "pool", allocationId: id, consumed: { credits: 1 } }, 1);
  assert.deepEqual(consumed, { kind: "done" });
  assert.deepEqual(book.reclaim(minute), [`a:${id}`]);
  const pool = book.budget("pool");
  assert.deepEqual(pool?.available, { credits: 6, memory: 10 });
  assert.deepEqual(
    [pool.used, pool.presumed],
    [
      { credits: 4, memory: 0 },
      { credits: 3, memory: 0 },
    ],
  );
});

test("what was not consumed comes back with a release, and a second release changes nothing (B3)", () => {
  const book = bookWith({ budgetId: "pool", limits: { credits: 10 } });
  const allocationId = granted(allocate(book, "pool", { credits: 4 }));
  book.apply({ kind: "consume", budgetId: "pool", allocationId, consumed: { credits: 1 } }, 1);
  assert.deepEqual(book.apply({ kind: "release", budgetId: "pool", allocationId }, 2), { kind: "done" });
  assert.deepEqual(book.apply({ kind: "release", budgetId: "pool", allocationId }, 3), { kind: "repeated" });
  assert.deepEqual(book.budget("pool")?.available, { credits: 9 });
});

test("a child's lease never outlives its parent's, and a closing parent is freed with its last child (B2)", () => {
  const book = bookWith(
    { budgetId: "root", limits: { memory: 100 } },
    { budgetId: "run", parentId: "root", limits: { memory: 50 }, leaseMs: minute },
    { budgetId: "step", parentId: "run", limits: { memory: 20 }, leaseMs: 10 * minute },
  );
  assert.equal(book.budget("step")?.leaseUntilMs, minute);
  const held = allocate(book, "step", { memory: 5 }, { leaseMs: 10 * minute });
  assert.ok(held.kind === "granted" && held.grant.leaseUntilMs === minute);
  assert.deepEqual(book.apply({ kind: "close", budgetId: "run" }, 1), { kind: "done" });
  assert.equal(book.budget("run")?.closing, true);
  assert.deepEqual(allocate(book, "run", { memory: 1 }), {
    kind: "refused",
    refusal: { kind: "closing", budgetId: "run" },
  });
  book.reclaim(minute);
  assert.deepEqual(
    book.budgets().map(({ budgetId, available }) => [budgetId, available]),
    [["root", { memory: 100 }]],
  );
});

test("an elastic budget borrows what its parent and siblings have idle, and gives it back", () => {
  const elastic = { strategy: "elastic", parentId: "root", limits: { slots: 10 } } as const;
  const book = bookWith(
    { budgetId: "root", limits: { slots: 22 } },
    { budgetId: "a", ...elastic },
    { budgetId: "b", ...elastic },
  );
  const allocationId = granted(allocate(book, "a", { slots: 20 }));
  assert.deepEqual(remaining(allocate(book, "b", { slots: 3 })), { slots: 2 });
  assert.deepEqual(remaining(allocate(book, "a", { slots: 3 })), { slots: 0 });
  book.apply({ kind: "release", budgetId: "a", allocationId }, 1);
  for (const id of ["a", "b"]) assert.deepEqual(book.budget(id)?.limits, { slots: 10 });
  assert.deepEqual(book.budget("root")?.available, { slots: 2 });
});

test("proportional siblings share by weight what their parent has", () => {
  const share = { strategy: "proportional", parentId: "root", limits: { slots: 0 } } as const;
  const book = bookWith(
    { budgetId: "root", limits: { slots: 40 } },
    { budgetId: "a", ...share, weight: 3 },
    { budgetId: "b", ...share, weight: 1 },
  );
  assert.deepEqual(remaining(allocate(book, "a", { slots: 31 })), { slots: 0 }, "it has nothing, and may have 30");
  granted(allocate(book, "a", { slots: 30 }));
  granted(allocate(book, "b", { slots: 10 }));
  assert.deepEqual(remaining(allocate(book, "b", { slots: 1 })), { slots: 0 });
});

test("a higher priority gives lower ones notice, gets their part after it, and takes no more than it needs", () => {
  const book = bookWith({ budgetId: "pool", limits: { slots: 3 }, strategy: "priority" });
  const low = [1, 2, 3].map(() => granted(allocate(book, "pool", { slots: 1 }, { priority: 1, leaseMs: 10 * minute })));
  for (const nowMs of [1, 2])
    assert.match(JSON.stringify(allocate(book, "pool", { slots: 2 }, { priority: 5, nowMs })), /"preempted":2/);
  const extend = (allocationId: string, leaseMs = 10 * minute) =>
    ({ kind: "extend", budgetId: "pool", allocationId, leaseMs }) as const;
  assert.equal(book.apply(extend(low[0]!), 3).kind, "extended", "the oldest was not chosen");
  const told = (outcome: BudgetOutcome) =>
    outcome.kind === "refused" && "leaseUntilMs" in outcome.refusal && outcome.refusal.leaseUntilMs;
  for (const id of low.slice(1)) {
    assert.equal(told(book.apply(extend(id), 3)), 10 * minute, "until it gives way");
    for (const leaseMs of [5_000, minute])
      assert.equal(told(book.apply(extend(id, leaseMs), 4)), 5_004, "only shortened");
  }
  assert.equal(allocate(book, "pool", { slots: 2 }, { priority: 5, nowMs: 5_003 }).kind, "refused");
  granted(allocate(book, "pool", { slots: 2 }, { priority: 5, nowMs: 5_004 }));
});

test("room is transferred between siblings and up and down, once per request, and not further", () => {
  const book = bookWith(
    { budgetId: "root", limits: { slots: 10 } },
    { budgetId: "a", parentId: "root", limits: { slots: 4 } },
    { budgetId: "b", parentId: "root", limits: { slots: 4 } },
    { budgetId: "deep", parentId: "b", limits: { slots: 1 } },
  );
  const transfer = (from: string, to: string, slots: number, requestId: string): BudgetOutcome =>
    book.apply({ kind: "transfer", from, to, amounts: { slots }, requestId }, 0);
  assert.deepEqual(transfer("a", "b", 3, "1"), { kind: "done" });
  assert.deepEqual(transfer("a", "b", 3, "1"), { kind: "repeated" });
  assert.deepEqual(transfer("b", "root", 2, "2"), { kind: "done" });
  assert.deepEqual(remaining(transfer("a", "b", 2, "3")), { slots: 1 });
  assert.equal(transfer("a", "deep", 1, "4").kind, "refused");
  assert.deepEqual(
    book.budgets().map(({ budgetId, limits, available }) => [budgetId, limits["slots"], available["slots"]]),
    [
      ["root", 10, 4],
      ["a", 1, 1],
      ["b", 5, 4],
      ["deep", 1, 1],
    ],
  );
});

test("bad definitions and requests are refused by field, and nothing changes", () => {
  const cases: readonly (readonly [BudgetWish, RegExp])[] = [
    [{ budgetId: "a b", limits: { credits: 1 } }, /budgetId/],
    [{ budgetId: "a", parentId: "a", limits: { credits: 1 } }, /own parent/],
    [{ budgetId: "a", limits: {} }, /limits/],
    [{ budgetId: "a", limits: { credits: -1 } }, /limits\/credits is -1/],
    [{ budgetId: "a", limits: { credits: 0.5 } }, /whole number/],
    [{ budgetId: "a", limits: { credits: Number.MAX_SAFE_INTEGER } }, /whole number/],
    [{ budgetId: "a", limits: { credits: 1 }, leaseMs: 1_000 }, /no lease/],
    [{ budgetId: "a", limits: { credits: 1 }, kinds: { tokens: "reusable" } }, /kinds\/tokens/],
  ];
  for (const [wish, message] of cases)
    assert.throws(() => budgetDefinition(wish), { code: "invalid-argument", message });
  assert.throws(() => allocationRequest("a", { requestId: "", amounts: { credits: 1 } }), /requestId/);
  assert.throws(() => allocationRequest("a", { requestId: "r", amounts: { credits: 0 } }), /amounts\/credits/);
  const book = bookWith({ budgetId: "a", limits: { credits: 1 } });
  assert.deepEqual(allocate(book, "b", { credits: 1 }), {
    kind: "refused",
    refusal: { kind: "unknown-budget", budgetId: "b" },
  });
  assert.deepEqual(allocate(book, "a", { tokens: 1 }), {
    kind: "refused",
    refusal: { kind: "unknown-resource", budgetId: "a", resource: "tokens" },
  });
});

/** Commands on a small tree, so that they meet. */
const anyCommand: fc.Arbitrary<BudgetCommand> = (() => {
  const ids = fc.constantFrom("root", "a", "b", "c", "deep");
  const amounts = fc.record({ slots: fc.integer({ min: 1, max: 8 }), credits: fc.integer({ min: 1, max: 8 }) });
  const some = fc.oneof(amounts, fc.record({ slots: fc.integer({ min: 1, max: 8 }) }));
  const allocationId = fc.integer({ min: 1, max: 40 }).map((n) => `a-${n}`);
  const requestId = fc.integer({ min: 1, max: 60 }).map((n) => `r-${n}`);
  const leaseMs = fc.integer({ min: 100, max: 2_000 });
  const strategy = fc.constantFrom("strict", "elastic", "proportional", "priority", "predictive" as const);
  const parents: Readonly<Record<string, string | null>> = { root: null, a: "root", b: "root", c: "root", deep: "a" };
  return fc.oneof(
    fc
      .record({ id: ids, slots: fc.integer({ min: 0, max: 20 }), leaseMs, strategy })
      .map(({ id, slots, leaseMs: ms, strategy: name }): BudgetCommand => ({
        kind: "create",
        definition: budgetDefinition({
          budgetId: id,
          parentId: parents[id] ?? null,
          limits: { slots: id === "root" ? 40 : slots, credits: id === "root" ? 40 : slots },
          strategy: name,
          forecast: name === "predictive" ? { periodMs: 500 } : undefined,
          reserves: slots % 3 === 0 ? { emergency: slots } : undefined,
          exhaustion: slots % 5 === 0 ? { kind: "degrade", leastPercent: 30 } : undefined,
          leaseMs: id === "root" || slots % 2 === 0 ? undefined : ms,
        }),
      })),
    {
      weight: 4,
      arbitrary: fc
        .record({ id: ids, requestId, amounts: some, leaseMs, priority: fc.integer({ min: 0, max: 9 }) })
        .map(({ id, ...wish }): BudgetCommand => ({ kind: "allocate", request: allocationRequest(id, wish) })),
    },
    fc.record({ kind: fc.constant("extend" as const), budgetId: ids, allocationId, leaseMs }),
    fc.record({
      kind: fc.constant("consume" as const),
      budgetId: ids,
      allocationId,
      consumed: fc.record({ credits: fc.integer({ min: 0, max: 8 }) }),
    }),
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("release" as const), budgetId: ids, allocationId }) },
    fc.record({ kind: fc.constant("transfer" as const), from: ids, to: ids, amounts: some, requestId }),
    fc.record({ kind: fc.constant("close" as const), budgetId: ids }),
    fc
      .record({ budgetId: ids, slots: fc.integer({ min: 0, max: 60 }), kept: fc.integer({ min: 0, max: 100 }) })
      .map(({ budgetId, slots, kept }): BudgetCommand => ({
        kind: "amend",
        budgetId,
        ...(budgetId === "root" ? { limits: { slots } } : {}),
        policy: checkPolicy({ reserves: { emergency: kept }, tiers: { low: 100 - kept } }),
      })),
  );
})();

test("whatever is asked for, B1 and B2 hold after each step, and a root's books balance (B3)", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), anyCommand), { minLength: 1, maxLength: 120 });
  fc.assert(
    fc.property(steps, (sequence) => {
      const book = createBudgetBook();
      let nowMs = 0;
      for (const [passedMs, command] of sequence) {
        nowMs += passedMs;
        book.apply(command, nowMs);
        assert.deepEqual(book.breaches(), [], JSON.stringify(command));
      }
      book.reclaim(nowMs + 100 * minute);
      for (const budget of book.budgets()) if (budget.parentId === null) assert.equal(budget.leases, 0);
    }),
    { numRuns: 300 },
  );
});

test("a book that goes on from a snapshot comes to the same figures as one that never stopped", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), anyCommand), { minLength: 2, maxLength: 80 });
  fc.assert(
    fc.property(steps, fc.nat(), (sequence, cut) => {
      const whole = createBudgetBook();
      let [nowMs, allocations] = [0, 0];
      let other = createBudgetBook({ nextAllocationId: () => `a-${allocations}` });
      for (const [at, [passedMs, command]] of sequence.entries()) {
        nowMs += passedMs;
        const outcome = whole.apply(command, nowMs);
        if (outcome.kind === "granted" && !outcome.repeated) allocations += 1;
        // As in a log: what changed nothing is not there.
        if (outcome.kind !== "refused" && outcome.kind !== "repeated" && !("repeated" in outcome && outcome.repeated))
          other.apply(command, nowMs);
        else other.reclaim(nowMs);
        if (outcome.kind === "refused" && /exhausted|noticed/.test(outcome.refusal.kind)) other.apply(command, nowMs);
        if (at === cut % sequence.length)
          other = createBudgetBook({ from: other.snapshot(), nextAllocationId: () => `a-${allocations}` });
      }
      assert.deepEqual(other.budgets(), whole.budgets());
      assert.deepEqual(other.breaches(), []);
    }),
    { numRuns: 200 },
  );
});
