/** What decisions tell of themselves beside their answers: conflicts at the ledger, and the time in safe mode. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createOracleWorld, hotReading } from "./oracle-world.ts";

test("of two proposals on one incident one stands and the other is a conflict", async () => {
  const time = createVirtualTime();
  const world = createOracleWorld(time.clock, time.timers);
  // Neither hears of the other's decision before it has proposed its own.
  const [a, b] = [world.join({ pushMs: () => undefined }), world.join({ pushMs: () => undefined })];
  await time.advance(5);
  const question = { incarnation: 1, reading: hotReading, incidentId: "i-1" };
  await time.until(Promise.all([a.decide({ ...question, agentId: "a" }), b.decide({ ...question, agentId: "b" })]));
  const told = world.eventsOf("proposal.answered").map(({ incidentId, stands }) => [incidentId, stands]);
  assert.deepEqual(told.sort(), [
    ["i-1", false],
    ["i-1", true],
  ]);
});

test("safe mode is told when it begins and ends, and its time adds up while the context is in use", async () => {
  const time = createVirtualTime();
  const world = createOracleWorld(time.clock, time.timers);
  const loop = world.join();
  await time.advance(5);
  const use = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) {
      loop.context("a", false);
      await time.advance(50);
    }
  };
  await use(1_000);
  world.store.health = 0.2;
  await use(3_000);
  world.store.health = 1;
  await use(1_000);
  assert.deepEqual(
    world.eventsOf("safe-mode.switched").map(({ on, health }) => [on, health]),
    [
      [true, 0.2],
      [false, 1],
    ],
  );
  const heldMs = world.eventsOf("safe-mode.held").reduce((sum, event) => sum + event.heldMs, 0);
  assert.ok(Math.abs(heldMs - 3_000) <= 100, `${heldMs} ms`);
});
