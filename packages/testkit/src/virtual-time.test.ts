import assert from "node:assert/strict";
import { test } from "node:test";
import { createVirtualTime } from "./virtual-time.ts";

test("time stands still until it is moved", async () => {
  const time = createVirtualTime();
  let fired = false;
  time.timers.after(10, () => (fired = true));
  await time.advance(9);
  assert.deepEqual([fired, time.clock.monoMs()], [false, 9]);
  await time.advance(1);
  assert.deepEqual([fired, time.clock.monoMs(), time.clock.monoNs()], [true, 10, 10e6]);
});

test("timers fire at their instants, in order, and those of one instant in the order they were set", async () => {
  const time = createVirtualTime();
  const fired: string[] = [];
  for (const [name, atMs] of [
    ["c", 20],
    ["a", 10],
    ["b", 10],
  ] as const)
    time.timers.after(atMs, () => fired.push(`${name}@${time.clock.monoMs()}`));
  await time.advance(50);
  assert.deepEqual(fired, ["a@10", "b@10", "c@20"]);
});

test("a timer that was called off does not fire", async () => {
  const time = createVirtualTime();
  let fired = false;
  time.timers.after(10, () => (fired = true))();
  await time.advance(50);
  assert.equal(fired, false);
  assert.equal(time.pendingTimers(), 0);
});

test("what follows from a timer by promises has happened before the next one fires", async () => {
  const time = createVirtualTime();
  const order: string[] = [];
  time.timers.after(1, () => {
    void Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => order.push("promised"));
  });
  time.timers.after(2, () => order.push("timer"));
  await time.advance(2);
  assert.deepEqual(order, ["promised", "timer"]);
});

test("waiting for a promise moves time just as far as it takes", async () => {
  const time = createVirtualTime();
  assert.equal(await time.until(time.sleep(5_000).then(() => "done")), "done");
  assert.equal(time.clock.monoMs(), 5_000);
});

test("waiting for what never comes is an error, not a hang", async () => {
  const time = createVirtualTime();
  await assert.rejects(time.until(Promise.withResolvers<string>().promise), /nothing is due/);
  await assert.rejects(time.until(time.sleep(2_000), 1_000), /nothing is due by 1000 ms/);
});
