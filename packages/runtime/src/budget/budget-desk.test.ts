/** A desk over the book that the store is held against, whose answers can be lost on their way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, EntrainError } from "@entrain/kernel";
import { budgetDefinition, createBudgetBook, type BudgetCommand, type BudgetWish } from "@entrain/core/budget";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createBudgetDesk } from "./budget-desk.ts";
import type { RoomSought, RoomStrategy } from "./make-room.ts";

function office(wish: Partial<BudgetWish> = {}) {
  const time = createVirtualTime();
  const book = createBudgetBook();
  book.apply({ kind: "create", definition: budgetDefinition({ budgetId: "pool", limits: { slots: 10 }, ...wish }) }, 0);
  const granted: string[] = [];
  const state = { isLost: false };
  const apply = (command: BudgetCommand) => {
    const outcome = book.apply(command, time.clock.monoMs());
    if (outcome.kind === "granted" && !outcome.repeated) granted.push(outcome.grant.allocationId);
    const isLost = state.isLost && outcome.kind === "granted";
    return isLost
      ? Promise.reject(new EntrainError("deadline-exceeded", "the answer was lost"))
      : Promise.resolve(outcome);
  };
  let requests = 0;
  const desk = createBudgetDesk({
    store: {
      apply,
      read: (ids) => Promise.resolve(ids.flatMap((id) => book.budget(id) ?? [])),
      reclaim: () => Promise.resolve(book.reclaim(time.clock.monoMs()).length),
      watch: () => () => undefined,
      list: () => Promise.resolve({ budgets: book.budgets(), next: undefined }),
    },
    clock: time.clock,
    timers: time.timers,
    random: createRandom("desk"),
    holder: "worker",
    nextRequestId: () => `made-${++requests}`,
  });
  return { time, desk, book, granted, state };
}

test("a lesser part whose answer was lost is not granted again to the same request, also when the whole is there by then (B3)", async () => {
  const { desk, granted, state } = office();
  const held = await desk.allocate("pool", { amounts: { slots: 6 } });
  const wish = { requestId: "once", amounts: { slots: 8 }, least: { slots: 2 } };
  state.isLost = true;
  await assert.rejects(desk.allocate("pool", wish), { code: "deadline-exceeded" });
  state.isLost = false;
  await held.release();
  const again = await desk.allocate("pool", wish);
  assert.deepEqual(again.amounts, { slots: 4 });
  assert.equal(granted.length, 2, "what was held, and one part of it");
  assert.deepEqual((await desk.read("pool"))?.available, { slots: 6 });
  await again.release();
  assert.deepEqual((await desk.read("pool"))?.available, { slots: 10 });
});

test("a part that was prolonged for minutes is held on to by whoever makes the same request after its holder left", async () => {
  const { time, desk, granted } = office();
  const wish = { requestId: "session", amounts: { slots: 6 } };
  const first = await desk.allocate("pool", wish);
  await time.advance(180_000);
  first.leave();
  const second = await desk.allocate("pool", wish);
  await time.advance(180_000);
  assert.equal(second.signal.aborted, false, String(second.signal.reason));
  assert.deepEqual([second.allocationId, granted.length], [first.allocationId, 1]);
  second.leave();
  // The next one comes when next to nothing is left of the lease.
  await time.advance(39_990);
  const third = await desk.allocate("pool", wish);
  await time.advance(180_000);
  assert.equal(third.signal.aborted, false, String(third.signal.reason));
  assert.deepEqual((await desk.read("pool"))?.available, { slots: 4 });
  await third.release();
});

test("whoever makes the same request again after a notice stops before the part is another's", async () => {
  for (const leaseMs of [6_000, 60_000]) {
    const { time, desk } = office({ strategy: "priority" });
    const wish = { requestId: "again", amounts: { slots: 10 } };
    const first = await desk.allocate("pool", { ...wish, leaseMs: 60_000 });
    first.leave();
    await assert.rejects(desk.allocate("pool", { amounts: { slots: 1 }, priority: 9 }));
    await time.advance(1_000);
    const second = await desk.allocate("pool", { ...wish, leaseMs });
    let stoppedMs = Infinity;
    second.signal.addEventListener("abort", () => (stoppedMs = time.clock.monoMs()));
    const isFree = () =>
      desk.allocate("pool", { amounts: { slots: 1 }, priority: 9 }).then(
        () => true,
        () => false,
      );
    while (!(await isFree())) await time.advance(100);
    assert.ok(stoppedMs < time.clock.monoMs(), `stopped at ${stoppedMs} ms, given on at ${time.clock.monoMs()}`);
  }
});

test("a part of a child budget that is prolonged lasts as long as that does, however much longer a lease was asked for", async () => {
  const { time, desk } = office();
  const childMs = 3_000;
  await desk.create({ budgetId: "run", parentId: "pool", limits: { slots: 4 }, leaseMs: childMs });
  const lease = await desk.allocate("run", { amounts: { slots: 1 }, leaseMs: 60_000 });
  for (let second = 0; second < 60; second++) {
    await time.advance(1_000);
    await desk.extend("run", childMs);
  }
  assert.equal(lease.signal.aborted, false, String(lease.signal.reason));
  await time.advance(childMs);
  assert.equal(lease.signal.aborted, true, "it ends with its budget");
  await lease.release();
});

test("less is taken when the wait for the whole is over, and not before", async () => {
  const { time, desk } = office();
  const held = await desk.allocate("pool", { amounts: { slots: 6 } });
  const patient = desk.allocate("pool", { amounts: { slots: 8 }, least: { slots: 2 }, waitMs: 5_000 });
  await time.advance(1_000);
  await held.release();
  const whole = await time.until(patient);
  assert.deepEqual(whole.amounts, { slots: 8 });
  const beganMs = time.clock.monoMs();
  const less = await time.until(desk.allocate("pool", { amounts: { slots: 8 }, least: { slots: 2 }, waitMs: 5_000 }));
  assert.deepEqual(less.amounts, { slots: 2 });
  assert.ok(time.clock.monoMs() - beganMs >= 5_000);
  await assert.rejects(desk.allocate("pool", { amounts: { slots: 8 }, least: { slots: 2 } }), {
    code: "resource-exhausted",
    value: { slots: 0 },
  });
  await Promise.all([whole.release(), less.release()]);
});

test("the least is of what is asked for, and no more of it", async () => {
  const { desk } = office({ limits: { credits: 9, slots: 10 } });
  const ask = (least: Record<string, number>) => desk.allocate("pool", { amounts: { slots: 4 }, least });
  await assert.rejects(ask({ credits: 1 }), { code: "invalid-argument", field: "least/credits" });
  await assert.rejects(ask({ slots: 5 }), { code: "invalid-argument", field: "least/slots" });
  await assert.rejects(ask({ slots: 0 }), { code: "invalid-argument", field: "least/slots" });
});

/** The whole lack from the sibling that has most to spare, or nothing: a strategy as a user would write it. */
const fromTheRichest: RoomStrategy = ({ siblings, lack }) => {
  const [slots = 0] = Object.values(lack);
  const [richest] = siblings.toSorted((a, b) => (b.available["slots"] ?? 0) - (a.available["slots"] ?? 0));
  return richest === undefined ? [] : [{ from: richest.budgetId, amounts: { slots } }];
};

async function market() {
  const { desk, book, granted } = office({ limits: { slots: 30 } });
  for (const [budgetId, slots] of [
    ["a", 5],
    ["b", 8],
    ["c", 10],
  ] as const)
    await desk.create({ budgetId, parentId: "pool", limits: { slots } });
  const limits = () => ["a", "b", "c"].map((id) => book.budget(id)?.limits["slots"]);
  return { desk, book, granted, limits };
}

test("a strategy of one's own moves room before anything else is tried, and only where there is too little", async () => {
  const { desk, book, limits } = await market();
  const asked: RoomSought[] = [];
  const makeRoom: RoomStrategy = (sought) => {
    asked.push(sought);
    return fromTheRichest(sought);
  };
  await desk.allocate("a", { amounts: { slots: 3 }, makeRoom });
  assert.equal(asked.length, 0);
  const lease = await desk.allocate("a", { amounts: { slots: 6 }, makeRoom });
  assert.deepEqual(lease.amounts, { slots: 6 });
  assert.deepEqual(limits(), [9, 8, 6]);
  const [{ budget, parent, siblings, lack } = assert.fail("it was asked")] = asked;
  assert.deepEqual(
    [budget.budgetId, parent?.budgetId, siblings.map(({ budgetId }) => budgetId)],
    ["a", "pool", ["b", "c"]],
  );
  assert.deepEqual(lack, { slots: 4 });
  assert.deepEqual(book.breaches(), []);
});

test("what a strategy proposes and there is not is refused by the store, and moves nothing", async () => {
  const { desk, book, limits } = await market();
  const before = limits();
  const ask = (makeRoom: RoomStrategy) => desk.allocate("a", { amounts: { slots: 50 }, makeRoom });
  const exhausted = { code: "resource-exhausted", value: { slots: 5 } };
  await assert.rejects(ask(fromTheRichest), exhausted);
  await assert.rejects(
    ask(() => [{ from: "nobody", amounts: { slots: 1 } }]),
    exhausted,
  );
  await assert.rejects(
    ask(() => [{ from: "b", amounts: { slots: -1 } }]),
    { code: "invalid-argument", field: "makeRoom/slots" },
  );
  await assert.rejects(
    ask(() => Array.from({ length: 33 }, () => ({ from: "b", amounts: { slots: 1 } }))),
    { code: "invalid-argument", field: "makeRoom" },
  );
  assert.deepEqual(limits(), before);
  assert.deepEqual(book.breaches(), []);
});

test("who gives a request up while room is sought has taken nothing, and moves no more", async () => {
  const { desk, granted, limits } = await market();
  const before = limits();
  const asked: RoomSought[] = [];
  const signal = AbortSignal.abort(new Error("no longer needed"));
  const makeRoom: RoomStrategy = (sought) => {
    asked.push(sought);
    return fromTheRichest(sought);
  };
  await assert.rejects(desk.allocate("a", { amounts: { slots: 3 }, makeRoom, signal }), /no longer needed/);
  assert.equal(asked.length, 0);
  const stop = new AbortController();
  const stopping: RoomStrategy = (sought) => {
    stop.abort(new Error("too late"));
    return fromTheRichest(sought);
  };
  const late = { amounts: { slots: 6 }, makeRoom: stopping, signal: stop.signal };
  await assert.rejects(desk.allocate("a", late), /too late/);
  assert.deepEqual([granted, limits()], [[], before]);
});

test("a budget that would grant less asks the strategy first, and what is left for a tier counts", async () => {
  const { desk, limits } = await market();
  await desk.amend("a", { exhaustion: { kind: "degrade", leastPercent: 10 }, tiers: { low: 40 } });
  const lease = await desk.allocate("a", { amounts: { slots: 6 }, makeRoom: fromTheRichest });
  assert.deepEqual([lease.amounts, limits()], [{ slots: 6 }, [6, 8, 9]]);
  await lease.release();
  const lacks: RoomSought["lack"][] = [];
  const looking: RoomStrategy = ({ lack }) => {
    lacks.push(lack);
    return [];
  };
  await desk.allocate("a", { amounts: { slots: 3 }, tier: "low", makeRoom: looking });
  assert.deepEqual(lacks, [{ slots: 1 }]);
  await assert.rejects(desk.allocate("a", { amounts: { gpus: 3 }, makeRoom: looking }), { code: "invalid-argument" });
  assert.equal(lacks.length, 1, "what the budget does not have is no lack of room");
});

test("where others take the room between the reading and the asking, the strategy is asked once the whole is refused", async () => {
  const { desk, limits, book } = await market();
  const both = [1, 2].map(() => desk.allocate("a", { amounts: { slots: 5 }, makeRoom: fromTheRichest }));
  const leases = await Promise.all(both);
  assert.deepEqual(
    leases.map(({ amounts }) => amounts),
    [{ slots: 5 }, { slots: 5 }],
  );
  assert.deepEqual(limits(), [10, 8, 5]);
  assert.deepEqual(book.breaches(), []);
});
