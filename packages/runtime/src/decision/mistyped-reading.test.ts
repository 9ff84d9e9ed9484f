/** A reading that holds a text where the rules take a number is refused, by all agents alike: it never passes for normal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { feedTelemetry } from "../telemetry/telemetry-feed.ts";
import { createOracleWorld, hotReading } from "./oracle-world.ts";

const refusal = { code: "invalid-argument", field: "telemetry.temperature" };
const mistyped = { temperature: "95" };

test("five agents refuse a number in quotes, also where the incident is decided already, and commit nothing", async () => {
  const time = createVirtualTime();
  const world = createOracleWorld(time.clock, time.timers);
  const loops = ["a", "b", "c", "d", "e"].map((agentId) => ({ agentId, loop: world.join() }));
  await time.advance(50);
  const [first = assert.fail()] = loops;
  const incident = { incarnation: 1, incidentId: "i-1" };
  await time.until(first.loop.decide({ ...incident, agentId: "a", reading: hotReading }));
  for (const { agentId, loop } of loops)
    await assert.rejects(loop.decide({ ...incident, agentId, reading: mistyped }), refusal);
  assert.equal(world.store.commits.length, 1);
  assert.deepEqual(world.eventsOf("rule.failed"), []);
});

test("a feed reports it and goes on with the next reading", async () => {
  const time = createVirtualTime();
  const world = createOracleWorld(time.clock, time.timers);
  const loop = world.join();
  await time.advance(50);
  const decided: unknown[] = [];
  const events: string[] = [];
  await feedTelemetry({
    source: "file",
    readings: (async function* () {
      yield* [mistyped, hotReading];
    })(),
    agentIds: ["a"],
    observe: (reading) => loop.observe(reading),
    decide: (_, reading) => Promise.resolve(decided.push(reading)),
    events: (event) => events.push(event.kind),
  });
  assert.deepEqual([decided, events], [[hotReading], ["telemetry.refused"]]);
});
