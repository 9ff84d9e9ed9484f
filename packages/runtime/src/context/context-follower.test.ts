/** What hints do to the copy of the shared document. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import type { ContextHint } from "@entrain/ports";
import { ContextFollower } from "./context-follower.ts";

test("a hint of a version that is none leads to one look, and to no more than that", async () => {
  const time = createVirtualTime();
  let hint: (hint: ContextHint) => void = () => undefined;
  let reads = 0;
  const follower = new ContextFollower({
    store: {
      read: () => Promise.resolve({ version: 1, document: {} }),
      readOrCreate: () => assert.fail("not called"),
      changesSince() {
        reads += 1;
        return Promise.resolve({ nowMs: 0, present: 1, oldest: 1, entries: [] });
      },
      watch(onHint) {
        hint = onHint;
        return () => undefined;
      },
    },
    health: { status: () => ({ up: true, generation: 1 }), watch: () => () => undefined },
    timers: time.timers,
    events: () => undefined,
    seed: "follower",
  });
  follower.start();
  await time.advance(10);
  for (const version of [Number.NaN, Infinity, 1.5]) {
    const before = reads;
    hint({ version });
    await time.advance(10);
    assert.equal(reads - before, 1, `${version}`);
  }
  const before = reads;
  await time.advance(10_000);
  assert.ok(reads - before <= 12, `${reads - before} reads in 10 s`);
  follower.stop();
});
