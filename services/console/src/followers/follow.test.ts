import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "@entrain/kernel";
import { createManualTime } from "../testing/manual-timers.ts";
import { follow } from "./follow.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

function following(everyMs: number) {
  const time = createManualTime();
  const reads: { resolve: () => void; reject: (thrown: Error) => void; atMs: number }[] = [];
  const failures: unknown[] = [];
  const followed = follow({
    timers: time.timers,
    random: createRandom(1),
    everyMs,
    read: () =>
      new Promise((resolve, reject) => {
        reads.push({ resolve, reject, atMs: time.clock.monoMs() });
      }),
    onFailure: (thrown) => failures.push(thrown),
  });
  return { time, reads, failures, followed };
}

test("it reads at once, then at its pace, never two at a time", async () => {
  const { time, reads } = following(100);
  time.pass(1_000);
  assert.equal(reads.length, 1);
  reads[0]?.resolve();
  await settled();
  time.pass(89);
  assert.equal(reads.length, 1);
  time.pass(22);
  assert.equal(reads.length, 2);
});

test("a hint is a read soon; hints during a read are one more after it", async () => {
  const { time, reads, followed } = following(10_000);
  followed.hint();
  followed.hint();
  reads[0]?.resolve();
  await settled();
  time.pass(10);
  assert.equal(reads.length, 2);
  reads[1]?.resolve();
  await settled();
  time.pass(1_000);
  assert.equal(reads.length, 2);
  followed.hint();
  followed.hint();
  time.pass(10);
  assert.equal(reads.length, 3);
});

test("failures are reported and make the pauses longer, up to a bound; success makes them short again", async () => {
  const { time, reads, failures } = following(100);
  for (let index = 0; index < 10; index++) {
    reads.at(-1)?.reject(new Error("away"));
    await settled();
    time.pass(5_600);
  }
  const pauses = reads.slice(1).map(({ atMs }, index) => atMs - 5_600 * index);
  assert.equal(failures.length, 10);
  assert.ok((pauses[0] ?? 0) <= 220 && (pauses.at(-1) ?? 0) >= 4_500, pauses.join());
  reads.at(-1)?.resolve();
  await settled();
  time.pass(111);
  assert.equal(reads.length, 12);
});

test("stopped, it reads no more", async () => {
  const { time, reads, followed } = following(100);
  followed.stop();
  reads[0]?.resolve();
  await settled();
  followed.hint();
  time.pass(10_000);
  assert.equal(reads.length, 1);
  assert.equal(time.pending(), 0);
});
