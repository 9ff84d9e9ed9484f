/** Holders that are preempted, over the book that the store is held against. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, EntrainError } from "@entrain/kernel";
import { allocationRequest, budgetDefinition, createBudgetBook, type BudgetCommand } from "@entrain/core/budget";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { holdLease } from "./budget-lease.ts";

/** What becomes of a holder's request on its way: lost, carried out without an answer, or answered. */
type Way = "lost" | "unanswered" | "answered";

/** A slot of a priority budget in somebody's hands, and how an urgent request gets on that asks for it every 100 ms. */
async function preempt(leaseMs: number, way: () => Way = () => "answered") {
  const time = createVirtualTime();
  const book = createBudgetBook();
  const definition = budgetDefinition({ budgetId: "pool", limits: { slots: 1 }, strategy: "priority" });
  book.apply({ kind: "create", definition }, 0);
  const ask = (requestId: string, more: { readonly leaseMs?: number; readonly priority?: number }) => {
    const request = allocationRequest("pool", { requestId, amounts: { slots: 1 }, ...more });
    return book.apply({ kind: "allocate", request }, time.clock.monoMs());
  };
  const apply = async (command: BudgetCommand) => {
    const happens = way();
    await time.sleep(20);
    const outcome = happens === "lost" ? undefined : book.apply(command, time.clock.monoMs());
    await time.sleep(20);
    if (outcome !== undefined && happens === "answered") return outcome;
    throw new EntrainError("store-unavailable", "the connection is lost");
  };
  const first = ask("background", { leaseMs });
  assert.ok(first.kind === "granted");
  const lease = holdLease({ ...time, store: { apply } }, first.grant, leaseMs, 0);
  const at = { notice: Infinity, stop: Infinity };
  lease.notice.addEventListener("abort", () => (at.notice = time.clock.monoMs()));
  lease.signal.addEventListener("abort", () => (at.stop = time.clock.monoMs()));
  while (ask("urgent", { priority: 9 }).kind !== "granted") await time.advance(100);
  return { ...at, given: time.clock.monoMs(), reason: EntrainError.from(lease.signal.reason) };
}

test("a holder that is given notice learns of it with its next extension, and stops before its part is another's", async () => {
  for (const leaseMs of [1_000, 6_000, 60_000, 600_000]) {
    const { notice, stop, given, reason } = await preempt(leaseMs);
    assert.ok(notice <= leaseMs / 3 + 40, `told at ${notice} ms`);
    assert.ok(notice < stop && stop < given, `told at ${notice} ms, stopped at ${stop}, given on at ${given}`);
    assert.ok(given <= Math.min(leaseMs, leaseMs / 3 + 5_000) + 200, `given on at ${given} ms`);
    assert.match(reason.message, /notice for a higher priority/);
  }
});

test("whatever is lost on the way, a preempted holder has stopped before its part is another's", async () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = createRandom(`preempted ${seed}`);
    const ways: readonly Way[] = ["lost", "unanswered", "answered"];
    const share = 1 + random.int(20);
    const way = (): Way => (random.int(20) < share ? ways[random.int(3)]! : "answered");
    const { stop, given } = await preempt(500 + random.int(60_000), way);
    assert.ok(stop < given, `seed ${seed}: stopped at ${stop} ms, given on at ${given}`);
  }
});

test("who had to stop tells what it consumed until the store has taken the part back, and only the rest returns (B3)", async () => {
  const time = createVirtualTime();
  const book = createBudgetBook();
  book.apply({ kind: "create", definition: budgetDefinition({ budgetId: "pool", limits: { tokens: 10 } }) }, 0);
  const state = { isAway: false };
  const apply = (command: BudgetCommand) =>
    state.isAway
      ? Promise.reject(new EntrainError("store-unavailable", "the connection is lost"))
      : Promise.resolve(book.apply(command, time.clock.monoMs()));
  const take = (requestId: string) => {
    const request = allocationRequest("pool", { requestId, amounts: { tokens: 5 }, leaseMs: 10_000 });
    const outcome = book.apply({ kind: "allocate", request }, time.clock.monoMs());
    assert.ok(outcome.kind === "granted");
    return holdLease({ ...time, store: { apply } }, outcome.grant, 10_000, time.clock.monoMs());
  };
  const [told, late] = [take("told"), take("late")];
  state.isAway = true;
  await time.advance(9_500);
  state.isAway = false;
  assert.ok(told.signal.aborted && late.signal.aborted);
  await told.consume({ tokens: 4 });
  await told.release();
  await assert.rejects(told.consume({ tokens: 5 }), { code: "cancelled" });
  await time.advance(1_000);
  await assert.rejects(late.consume({ tokens: 1 }), { code: "conflict", message: /has ended/ });
  late.leave();
  await assert.rejects(late.consume({ tokens: 1 }), { code: "cancelled" });
  const pool = book.budget("pool");
  assert.deepEqual([pool?.used, pool?.presumed], [{ tokens: 9 }, { tokens: 5 }]);
});
