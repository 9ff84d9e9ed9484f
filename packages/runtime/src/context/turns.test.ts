/** A line of work: in order, bounded in number and in time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createTurns } from "./turns.ts";

function line() {
  const time = createVirtualTime();
  const turns = createTurns({ timers: time.timers, waitingMax: 2, waitMaxMs: 100, what: "tests" });
  const done: number[] = [];
  const works = [1, 2, 3].map((n) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    return { n, finish: () => resolve(n), fail: () => reject(new Error(`work ${n}`)), promise };
  });
  const take = (index: number): Promise<number> =>
    turns.take(() => {
      done.push(index + 1);
      return works[index]!.promise;
    });
  return { time, turns, works, take, done };
}

test("work begins when all before it is done, in the order of its coming, also after one that failed", async () => {
  const { time, works, take, done } = line();
  const first = take(0);
  const others = [take(1), take(2)];
  await time.advance(1);
  assert.deepEqual(done, [1]);
  works[0]!.fail();
  await assert.rejects(first, /work 1/);
  await time.advance(1);
  assert.deepEqual(done, [1, 2]);
  works[1]!.finish();
  works[2]!.finish();
  assert.deepEqual(await Promise.all(others), [2, 3]);
  assert.deepEqual(done, [1, 2, 3]);
});

test("where too many wait one more is refused, and the line goes on", async () => {
  const { works, take, turns } = line();
  const taken = [take(0), take(1), take(2)];
  await assert.rejects(
    turns.take(() => Promise.resolve(4)),
    { code: "resource-exhausted" },
  );
  for (const work of works) work.finish();
  assert.deepEqual(await Promise.all(taken), [1, 2, 3]);
  assert.equal(await turns.take(() => Promise.resolve(5)), 5);
});

test("what has not begun in time is refused and never begun", async () => {
  const { time, works, take, done } = line();
  const first = take(0);
  const late = assert.rejects(take(1), { code: "deadline-exceeded" });
  await time.advance(100);
  await late;
  works[0]!.finish();
  assert.equal(await first, 1);
  assert.deepEqual(done, [1]);
});
