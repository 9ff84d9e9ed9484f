/** R5 through the library: a spread whose members leave, over a real store. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Redis } from "ioredis";
import { createAgent, type BeatEvent } from "entrain";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";

const periodMs = 500;

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(() => redis.stop());

/** The largest gap between the beats of one number over the even one; undefined before all have fired it. */
function gapRatio(beats: ReadonlyMap<string, readonly BeatEvent[]>, beat: number): number | undefined {
  const instants = [...beats.values()].flatMap((fired) => fired.filter((event) => event.beat === beat));
  if (instants.length < beats.size) return undefined;
  const sorted = instants.map(({ intendedAt }) => intendedAt).sort((a, b) => a - b);
  const ends = [...sorted.slice(1), sorted[0]! + periodMs];
  return Math.max(...ends.map((end, index) => end - sorted[index]!)) / (periodMs / sorted.length);
}

test("R5: who stays after a leave fires once in every cycle, and all take the places of the plan that the store dates", async () => {
  const swarm = `s-${randomUUID()}`;
  await using stack = new AsyncDisposableStack();
  const raw = stack.adopt(new Redis(redis.url), (client) => {
    client.disconnect();
  });
  const beats = new Map<string, BeatEvent[]>();
  const agents = ["a", "b", "c", "d", "e"].map((agentId) => {
    const agent = stack.use(createAgent({ swarm, agentId, redis: redis.url, rhythm: { periodMs, goal: "spread" } }));
    beats.set(agentId, []);
    agent.on("beat", (beat) => beats.get(agentId)?.push(beat));
    return agent;
  });
  await Promise.all(agents.map((agent) => agent.start()));
  const newest = (): number => Math.max(...[...beats.values()].map((fired) => fired.at(-1)?.beat ?? -Infinity));
  const isEven = (): boolean => (gapRatio(beats, newest() - 1) ?? Infinity) < 1.1;
  await waitFor("five lie evenly", isEven, 20_000);
  // Joins are not dated before the first heartbeat that brings the count.
  await waitFor(
    "the store knows the count of beats",
    async () => (await raw.hget(`entrain:{${swarm}}:membership`, "cycle")) !== null,
  );
  const before = newest();
  beats.delete("c");
  await agents[2]?.stop();
  await waitFor("four lie evenly", isEven, 20_000);
  const effectiveBeat = Number(await raw.hget(`entrain:{${swarm}}:membership`, "effectiveBeat"));
  assert.ok(effectiveBeat > before && effectiveBeat <= newest(), `${before} < ${effectiveBeat} <= ${newest()}`);
  for (const [agentId, fired] of beats)
    for (const [index, { beat, skipped }] of fired.entries())
      if (index > 0)
        assert.equal(beat, fired[index - 1]!.beat + 1 + skipped, `${agentId}: never twice, never in silence`);
});
