import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError, createRandom } from "@entrain/kernel";
import { keepDialling, type Ending } from "./keep-dialling.ts";

test("it dials quickly at first, then ever more slowly, and quickly again after a connection that held", async () => {
  const closing = new AbortController();
  const startedMs: number[] = [];
  const endings: string[] = [];
  const held: Ending = { reason: new EntrainError("unavailable", "ended"), heldMs: 2_000 };
  await keepDialling({
    attempt(first) {
      assert.equal(first, startedMs.length === 0);
      startedMs.push(performance.now());
      if (startedMs.length === 7) return Promise.resolve(held);
      return Promise.reject(new Error("nobody there"));
    },
    onEnding({ reason }) {
      endings.push(reason.message);
      if (startedMs.length === 9) closing.abort();
    },
    random: createRandom("dial"),
    closing: closing.signal,
  });
  const pausesMs = startedMs.slice(1).map((ms, index) => ms - startedMs[index]!);
  // Timers may be late on a busy machine, but never early (by more than the millisecond they are rounded to).
  const leastMs = [25, 50, 100, 200, 400, 800, 25, 50];
  for (const [index, least] of leastMs.entries()) assert.ok(pausesMs[index]! > least - 2, pausesMs.join(", "));
  assert.ok(pausesMs[0]! < 600 && pausesMs[6]! < 600, pausesMs.join(", "));
  assert.deepEqual(endings, [...Array<string>(6).fill("nobody there"), "ended", "nobody there", "nobody there"]);
});

test("closing ends a pause at once", async () => {
  const closing = new AbortController();
  let attempts = 0;
  const dialling = keepDialling({
    attempt() {
      attempts += 1;
      return Promise.reject(new Error("nobody there"));
    },
    onEnding: () => void setImmediate(() => closing.abort()),
    random: createRandom("dial"),
    closing: closing.signal,
  });
  await dialling;
  assert.equal(attempts, 1);
});
