import assert from "node:assert/strict";
import { test } from "node:test";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createOracleWorld, hotReading } from "./oracle-world.ts";

function setUp() {
  const time = createVirtualTime();
  const world = createOracleWorld(time.clock, time.timers);
  const asked: string[] = [];
  const loop = world.join({
    fate(command) {
      asked.push(command);
      return { thereMs: 1, backMs: 1 };
    },
  });
  const opens = (): number => asked.filter((command) => command === "open").length;
  return {
    time,
    loop,
    opens,
    decide: (agentId: string) => loop.decide({ agentId, incarnation: 1, reading: hotReading }),
  };
}

test("agents of a process that meet an incident at once ask the ledger for it once, and act alike", async () => {
  const { time, opens, decide } = setUp();
  await time.advance(5);
  const outcomes = await time.until(Promise.all(["a", "b", "c", "d"].map(decide)));
  assert.equal(opens(), 1);
  assert.equal(new Set(outcomes.map(({ decision }) => decision.decisionId)).size, 1);
  assert.deepEqual(outcomes.map(({ source }) => source).sort(), ["adopted", "adopted", "adopted", "committed"]);
});

test("who comes after the answer asks anew", async () => {
  const { time, opens, decide } = setUp();
  await time.advance(5);
  await time.until(decide("a"));
  await time.until(decide("b"));
  assert.equal(opens(), 2);
});
