import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { watchForInterruption } from "./interruption.ts";

test("a signal interrupts, the same one passed on twice is one, and a later one asks for haste", async () => {
  using interruption = watchForInterruption();
  const { signal, haste } = interruption;
  process.emit("SIGINT");
  process.emit("SIGINT");
  assert.deepEqual([signal.aborted, signal.reason, haste.aborted], [true, "Ctrl-C", false]);
  const deadline = performance.now() + 5_000;
  while (!haste.aborted && performance.now() < deadline) {
    await delay(50);
    process.emit("SIGTERM");
  }
  assert.equal(haste.reason, "SIGTERM");
});

test("what was watched is let go of", () => {
  const before = process.listenerCount("SIGINT");
  {
    using _ = watchForInterruption();
    assert.equal(process.listenerCount("SIGINT"), before + 1);
  }
  assert.equal(process.listenerCount("SIGINT"), before);
});
