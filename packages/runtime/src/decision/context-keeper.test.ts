/** The cached context in virtual time: how often decisions find it fresh, what that costs, and when it sleeps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createOracleWorld, hotReading } from "./oracle-world.ts";

function setUp(oneWayMs = 0.5) {
  const time = createVirtualTime();
  const world = createOracleWorld(time.clock, time.timers);
  const loop = world.join({ fate: () => ({ thereMs: oneWayMs, backMs: oneWayMs }) });
  /** One decision each `everyMs` for `forMs`, not waiting for one another. */
  const decideAll = async (everyMs: number, forMs: number): Promise<boolean[]> => {
    const count = Math.floor(forMs / everyMs);
    const hits: Promise<boolean>[] = [];
    for (let index = 0; index < count; index++) {
      const request = { agentId: `a-${index % 50}`, incarnation: 1, reading: hotReading, incidentId: `i-${index % 7}` };
      hits.push(loop.decide(request).then(({ contextHit }) => contextHit));
      await time.advance(everyMs);
    }
    return time.until(Promise.all(hits));
  };
  return { time, world, loop, decideAll };
}

const share = (hits: readonly boolean[]): number => hits.filter((hit) => hit).length / hits.length;

for (const [perSecond, seconds] of [
  [1, 120],
  [10, 60],
  [20, 30],
  [100, 20],
  [1_000, 5],
] as const) {
  test(`at ${perSecond} decisions a second more than 90 % find the context fresh, with round trips of 1 ms`, async () => {
    const { world, decideAll } = setUp();
    const hits = await decideAll(1_000 / perSecond, seconds * 1_000);
    assert.ok(share(hits) > 0.9, `${share(hits)}`);
    assert.deepEqual(
      world.eventsOf("context.served").map(({ hit }) => hit),
      hits,
      "each use is counted as what it was",
    );
    const readsPerSecond = world.eventsOf("context.read").length / seconds;
    assert.ok(readsPerSecond > 10 && readsPerSecond < 16, `${readsPerSecond} reads a second`);
  });
}

test("the only miss of a steady user is its first use", async () => {
  const { time, decideAll } = setUp();
  await time.advance(1_000);
  const hits = await decideAll(1_000, 30_000);
  assert.deepEqual([hits[0], hits.slice(1).every((hit) => hit)], [false, true]);
});

test("over a link of 60 ms there and back more than 90 % hit as well", async () => {
  const { decideAll } = setUp(30);
  assert.ok(share(await decideAll(50, 20_000)) > 0.9);
});

test("60 s after its last use the context is read no more, and the next use is a miss that waits for a read", async () => {
  const { time, world, loop } = setUp();
  const request = { agentId: "a", incarnation: 1, reading: hotReading };
  await time.advance(10);
  assert.equal((await time.until(loop.decide(request))).contextHit, true, "start has just read it");
  await time.advance(60_000);
  assert.equal(loop.isWarm(), true);
  await time.advance(1_000);
  const reads = world.eventsOf("context.read").length;
  await time.advance(600_000);
  assert.equal(world.eventsOf("context.read").length, reads);
  assert.equal(loop.isWarm(), false);
  const { contextHit, latencyMs } = await time.until(loop.decide(request));
  assert.equal(contextHit, false);
  assert.ok(latencyMs < 10, "it waited for one round trip and no longer");
  const served = world.eventsOf("context.served").at(-1);
  assert.deepEqual([served?.hit, served?.stale], [false, false]);
});

test("a hit does not wait for the network: the context is there in the same instant", async () => {
  const { time, world, loop } = setUp(40);
  await time.advance(200);
  loop.context("a", false);
  await time.advance(300);
  const beforeMs = time.clock.monoMs();
  assert.equal(loop.context("a", false).fresh, true);
  assert.equal(world.eventsOf("context.served").at(-1)?.hit, true);
  assert.equal(time.clock.monoMs(), beforeMs);
});

test("what is served as fresh was looked up at most 100 ms before", async () => {
  const time = createVirtualTime();
  const world = createOracleWorld(time.clock, time.timers);
  const sentMs: number[] = [];
  let turn = 0;
  const fate = (command: string) => {
    if (command === "snapshot") sentMs.push(time.clock.monoMs());
    turn += 1;
    return { thereMs: (turn * 7) % 23, backMs: (turn * 13) % 61 };
  };
  const loop = world.join({ fate });
  for (let index = 0; index < 2_000; index++) {
    await time.advance(3);
    const context = loop.context("a", false);
    if (!context.fresh) continue;
    assert.ok(context.cachedAt !== null && time.clock.monoMs() - context.cachedAt <= 100);
    assert.ok(sentMs.includes(context.cachedAt));
  }
});
