/** The picker through the library: the replica that it picks is the one whose beats say that it is furthest from its next. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { createAgent, type BeatEvent } from "entrain";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";

const periodMs = 1_000;

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(() => redis.stop());

test("of all replicas the one is picked whose own beats say that it is half a period from them", async () => {
  const swarm = `p-${randomUUID()}`;
  await using stack = new AsyncDisposableStack();
  const beats = new Map<string, BeatEvent>();
  const agents = ["a", "b", "c", "d", "e"].map((agentId) => {
    const rhythm = { periodMs, goal: "spread" } as const;
    const agent = stack.use(createAgent({ swarm, agentId, redis: redis.url, rhythm }));
    agent.on("beat", (beat) => beats.set(agentId, beat));
    return agent;
  });
  const [own] = agents;
  const picker = own!.picker({ choices: Infinity });
  assert.equal(picker.pick(), undefined, "before the start nobody is known");
  await Promise.all(agents.map((agent) => agent.start()));
  /** By its own beats, which are spread and come once a period. */
  const distanceOf = (agentId: string): number => {
    const phase = ((Date.now() - (beats.get(agentId)?.intendedAt ?? 0)) / periodMs) % 1;
    return Math.min(phase, 1 - phase);
  };
  const agrees = (): boolean => {
    const picked = picker.pick();
    if (picked === undefined || beats.size < 5) return false;
    const others = ["b", "c", "d", "e"].map(distanceOf);
    const real = distanceOf(picked.agentId);
    return Math.abs(real - picked.fromBeat) < 0.03 && real > Math.max(...others) - 0.03;
  };
  let inARow = 0;
  await waitFor(
    "twenty picks in a row are right",
    () => {
      inARow = agrees() ? inARow + 1 : 0;
      return inARow >= 20;
    },
    20_000,
  );
  const picks = new Set<string>();
  const two = own!.picker();
  await waitFor("picks of two by chance reach all the others", () => {
    const picked = two.pick();
    assert.notEqual(picked?.agentId, "a", "never this agent itself");
    picks.add(picked?.agentId ?? "");
    return picks.size === 4;
  });
  assert.equal(own!.picker({ among: (agentId) => agentId === "c" }).pick()?.agentId, "c");
  assert.throws(() => own!.picker({ choices: 0 }), { code: "invalid-argument", field: "choices" });
});
