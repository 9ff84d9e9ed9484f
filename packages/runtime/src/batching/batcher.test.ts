import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRandom, EntrainError } from "@entrain/kernel";
import type { RuntimeEvent } from "@entrain/ports";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createBatcher } from "./batcher.ts";
import type { BatcherOptions, BatchInfo } from "./batcher-options.ts";

/** A batcher of numbers; its flush answers each number doubled, unless the test says otherwise. */
function batcherOf(options: Partial<BatcherOptions<number, number>> = {}) {
  const time = createVirtualTime();
  const calls: { readonly items: readonly number[]; readonly batch: BatchInfo }[] = [];
  const events: RuntimeEvent[] = [];
  const { flush = (items: readonly number[]) => Promise.resolve(items.map((item) => 2 * item)), ...rest } = options;
  const batcher = createBatcher<number, number>(
    {
      name: "prices",
      flush: (items, batch) => {
        calls.push({ items, batch });
        return flush(items, batch);
      },
      ...rest,
    },
    {
      agentId: "a",
      keyPrefix: "a/1",
      clock: time.clock,
      timers: time.timers,
      random: createRandom("batcher"),
      events: (event) => events.push(event),
    },
  );
  return { batcher, time, calls, events };
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "fulfilled",
    (thrown: unknown) => (thrown instanceof EntrainError ? thrown.code : String(thrown)),
  );

test("the items of one beat are one flush, and each gets its own result", async () => {
  const { batcher, time, calls, events } = batcherOf();
  const results = [1, 2, 3].map((item) => batcher.add(item));
  await time.advance(40);
  assert.equal(calls.length, 0, "nothing is flushed between the beats");
  batcher.beat(7);
  assert.deepEqual(await Promise.all(results), [2, 4, 6]);
  assert.deepEqual(
    calls.map(({ items, batch }) => [items, batch.beat, batch.attempt]),
    [[[1, 2, 3], 7, 1]],
  );
  batcher.beat(8);
  assert.equal(calls.length, 1, "a beat without items is no call");
  const batch = { batcher: "prices", items: 3, failed: 0, attempts: 1, waitedMs: 40, tookMs: 0 };
  assert.deepEqual(events, [{ kind: "batch.flushed", agentId: "a", ...batch }]);
  assert.equal(time.pendingTimers(), 0);
});

test("an Error among the results fails its item alone; a list of another length fails all, and is not asked for again", async () => {
  const partly = batcherOf({
    flush: async (items) => items.map((item) => (item === 2 ? new Error("sold out") : item)),
  });
  const results = [1, 2, 3].map((item) => codeOf(partly.batcher.add(item)));
  partly.batcher.beat(1);
  assert.deepEqual(await Promise.all(results), ["fulfilled", "Error: sold out", "fulfilled"]);
  const short = batcherOf({ flush: () => Promise.resolve([1]) });
  const both = [1, 2].map((item) => codeOf(short.batcher.add(item)));
  short.batcher.beat(1);
  assert.deepEqual(await Promise.all(both), ["invalid-argument", "invalid-argument"]);
  assert.equal(short.calls.length, 1);
});

test("while a flush is under way beats make no other, and what came meanwhile goes with the next", async () => {
  const gate = Promise.withResolvers<undefined>();
  const { batcher, calls } = batcherOf({
    flush: async (items) => {
      await gate.promise;
      return [...items];
    },
  });
  const first = batcher.add(1);
  batcher.beat(1);
  const second = batcher.add(2);
  batcher.beat(2);
  batcher.beat(3);
  gate.resolve(undefined);
  await first;
  batcher.beat(4);
  await second;
  assert.deepEqual(
    calls.map(({ items, batch }) => [items, batch.beat]),
    [
      [[1], 1],
      [[2], 4],
    ],
  );
  assert.notEqual(calls[0]?.batch.key, calls[1]?.batch.key);
});

test("a flush is cut at its items and at its bytes; nothing is lost, doubled or put out of order", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 10 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 10, max: 40 }),
      async (items, itemsMax, bytesMax) => {
        const { batcher, time, calls } = batcherOf({ itemsMax, bytesMax, bytesOf: (item) => item });
        const results = items.map((item) => batcher.add(item));
        for (let beat = 1; batcher.pending() > 0; beat++) {
          batcher.beat(beat);
          await time.advance(0);
        }
        assert.deepEqual(
          await Promise.all(results),
          items.map((item) => 2 * item),
        );
        assert.deepEqual(
          calls.flatMap((call) => call.items),
          items,
        );
        for (const call of calls) {
          assert.ok(call.items.length <= itemsMax);
          assert.ok(call.items.reduce((sum, item) => sum + item, 0) <= bytesMax);
        }
      },
    ),
  ));

test("what is too much is refused, and room is told when a flush has made some", async () => {
  const { batcher, events } = batcherOf({ pendingMax: 2 });
  await batcher.room();
  const kept = [batcher.add(1), batcher.add(2)];
  assert.equal(await codeOf(batcher.add(3)), "resource-exhausted");
  assert.equal(events[0]?.kind, "batch.refused");
  let told = false;
  const room = batcher.room().then(() => {
    told = true;
  });
  await Promise.resolve();
  assert.equal(told, false);
  batcher.beat(1);
  await room;
  await Promise.all([...kept, Promise.race([batcher.add(3), Promise.resolve()])]);
  const heavy = batcherOf({ bytesOf: (item) => item, bytesMax: 10, pendingBytesMax: 15 });
  assert.equal(await codeOf(heavy.batcher.add(11)), "invalid-argument");
  void heavy.batcher.add(10);
  assert.equal(await codeOf(heavy.batcher.add(6)), "resource-exhausted");
});

test("a flush that fails is tried again under the same key, after pauses that grow; a refusal is not", async () => {
  let failures = 2;
  const { batcher, time, calls } = batcherOf({
    flush: (items) => (failures-- > 0 ? Promise.reject(new Error("reset")) : Promise.resolve([...items])),
  });
  const result = batcher.add(5);
  batcher.beat(1);
  await time.advance(49);
  assert.equal(calls.length, 1);
  await time.advance(300);
  assert.equal(await result, 5);
  assert.deepEqual(
    calls.map(({ batch }) => batch.attempt),
    [1, 2, 3],
  );
  assert.equal(new Set(calls.map(({ batch }) => batch.key)).size, 1);
  const hopeless = batcherOf({ attempts: 2, flush: () => Promise.reject(new Error("reset")) });
  const given = codeOf(hopeless.batcher.add(1));
  hopeless.batcher.beat(1);
  assert.deepEqual([await hopeless.time.until(given), hopeless.calls.length], ["Error: reset", 2]);
  const refused = batcherOf({ flush: () => Promise.reject(EntrainError.invalid("price", -1, "give a price")) });
  const code = codeOf(refused.batcher.add(1));
  refused.batcher.beat(1);
  assert.deepEqual([await code, refused.calls.length], ["invalid-argument", 1]);
});

test("an upstream that is down is called once a batch, when the budget of retries is spent", async () => {
  const { batcher, time, calls } = batcherOf({ flush: () => Promise.reject(new Error("down")) });
  for (let beat = 1; beat <= 100; beat++) {
    const failed = codeOf(batcher.add(beat));
    batcher.beat(beat);
    await time.until(failed);
  }
  assert.equal(calls.length, 110);
});

test("an attempt that takes too long is aborted, and another is made", async () => {
  const { batcher, time, calls } = batcherOf({
    deadlineMs: 200,
    flush: (items, { attempt }) => (attempt === 1 ? new Promise(() => undefined) : Promise.resolve([...items])),
  });
  const result = batcher.add(1);
  batcher.beat(1);
  assert.equal(await time.until(result), 1);
  assert.deepEqual([calls.length, calls[0]?.batch.signal.aborted, calls[1]?.batch.signal.aborted], [2, true, false]);
});

test("an item is taken back by its signal before its flush; its waiting ends also during it", async () => {
  const { batcher, calls } = batcherOf({ flush: () => new Promise(() => undefined) });
  const controller = new AbortController();
  const taken = codeOf(batcher.add(1, { signal: controller.signal }));
  void batcher.add(2);
  controller.abort();
  assert.equal(await taken, "cancelled");
  const late = new AbortController();
  const flying = codeOf(batcher.add(3, { signal: late.signal }));
  batcher.beat(1);
  late.abort();
  assert.equal(await flying, "cancelled");
  await Promise.resolve();
  assert.deepEqual(
    calls.map(({ items }) => items),
    [[2, 3]],
  );
  assert.equal(await codeOf(batcher.add(4, { signal: late.signal })), "cancelled");
});

test("draining flushes what waits without a beat, batch after batch, and takes nothing more", async () => {
  const { batcher, calls, time } = batcherOf({ itemsMax: 2 });
  const results = [1, 2, 3].map((item) => batcher.add(item));
  await batcher.drain(1_000);
  assert.deepEqual(await Promise.all(results), [2, 4, 6]);
  assert.deepEqual(
    calls.map(({ items, batch }) => [items, batch.beat]),
    [
      [[1, 2], undefined],
      [[3], undefined],
    ],
  );
  assert.deepEqual([await codeOf(batcher.add(4)), await codeOf(batcher.room())], ["unavailable", "unavailable"]);
  assert.equal(time.pendingTimers(), 0);
});

test("a drain gives up in time: the flush under way is aborted, what waits is refused, and nobody waits for ever", async () => {
  for (const drainMs of [0, 300]) {
    const { batcher, calls, time } = batcherOf({ itemsMax: 1, flush: () => new Promise(() => undefined) });
    const results = [1, 2].map((item) => codeOf(batcher.add(item)));
    batcher.beat(1);
    await Promise.resolve();
    await time.until(batcher.drain(drainMs));
    assert.deepEqual(await Promise.all(results), ["cancelled", "unavailable"]);
    assert.equal(calls.length, 1);
    assert.equal(calls[0]?.batch.signal.aborted, true);
    assert.equal(time.pendingTimers(), 0);
  }
});

test("options that no batcher can have are refused by name", () => {
  for (const [options, field] of [
    [{ name: "a b" }, "name"],
    [{ itemsMax: 0 }, "itemsMax"],
    [{ deadlineMs: 1e10 }, "deadlineMs"],
    [{ bytesMax: 100, pendingBytesMax: 99 }, "pendingBytesMax"],
  ] as const)
    assert.throws(
      () => batcherOf(options),
      (thrown) => thrown instanceof EntrainError && thrown.field === field,
    );
});
