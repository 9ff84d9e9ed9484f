/** Seekers of one budget, over the book that the store is held against. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, EntrainError } from "@entrain/kernel";
import { allocationRequest, budgetDefinition, createBudgetBook, type BudgetWish } from "@entrain/core/budget";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { seekGrant, type SeekOptions } from "./seek-grant.ts";

function market(wish: Partial<BudgetWish> = {}) {
  const time = createVirtualTime();
  const book = createBudgetBook();
  const define = { budgetId: "pool", limits: { slots: 1 }, ...wish };
  book.apply({ kind: "create", definition: budgetDefinition(define) }, 0);
  const hints = new Set<(budgetIds: readonly string[]) => void>();
  const dead = new Set<string>();
  const granted: string[] = [];
  const apply = (command: Parameters<typeof book.apply>[0]) => {
    const holder = command.kind === "allocate" ? command.request.requestId : "";
    if (dead.has(holder)) return Promise.reject(new EntrainError("store-unavailable", "this process has died"));
    const outcome = book.apply(command, time.clock.monoMs());
    if (outcome.kind === "granted") granted.push(holder);
    if (outcome.kind !== "refused") for (const hint of [...hints]) hint(["pool"]);
    return Promise.resolve(outcome);
  };
  const watch = (hint: (budgetIds: readonly string[]) => void) => {
    hints.add(hint);
    return () => void hints.delete(hint);
  };
  const seek = (requestId: string, options: SeekOptions, leaseMs = 60_000) =>
    seekGrant(
      { store: { apply, watch }, clock: time.clock, timers: time.timers, random: createRandom(requestId) },
      allocationRequest("pool", { requestId, amounts: { slots: 1 }, leaseMs }),
      options,
    );
  return { time, seek, granted, dead };
}

test("those that wait are granted in the order of their coming, each when the one before it is done", async () => {
  const { time, seek, granted } = market();
  const all = ["a", "b", "c", "d", "e"];
  const sought: Promise<unknown>[] = [];
  for (const name of all) {
    sought.push(seek(name, { waitMs: 60_000 }, 1_000));
    await time.advance(1);
  }
  await time.until(Promise.all(sought));
  assert.deepEqual(granted, all);
});

test("the budget's policy gives a place as well", async () => {
  const { time, seek, granted } = market({ exhaustion: { kind: "queue", waitMs: 10_000 } });
  await time.until(seek("held", {}, 1_000));
  const sought = [seek("first", {}), seek("last", { waitMs: 500 })];
  await time.until(Promise.all(sought));
  assert.deepEqual(granted, ["held", "first"]);
});

test("who dies while it waits holds the others up for two seconds at most", async () => {
  const { time, seek, granted, dead } = market();
  await time.until(seek("held", {}, 1_000));
  const gone = assert.rejects(seek("gone", { waitMs: 60_000 }), { code: "store-unavailable" });
  await time.advance(10);
  const next = seek("next", { waitMs: 60_000 });
  await time.advance(10);
  dead.add("gone");
  const askedMs = time.clock.monoMs();
  await time.until(Promise.all([gone, next]));
  assert.deepEqual(granted, ["held", "next"]);
  assert.ok(time.clock.monoMs() - askedMs <= 2_500);
});

test("a wait ends at its deadline with a refusal, and so does the place", async () => {
  const { time, seek, granted } = market();
  await time.until(seek("held", {}, 3_000));
  const short = seek("short", { waitMs: 1_000 });
  const long = seek("long", { waitMs: 10_000 });
  const { outcome } = await time.until(short);
  assert.equal(outcome.kind, "refused");
  await time.until(long);
  assert.deepEqual(granted, ["held", "long"]);
});
