/** A process that reaches the store but that nobody can dial lives by its heartbeats: probes alone do not bury it (M3). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { aliveIn } from "@entrain/core/membership";
import { compareIds } from "@entrain/kernel";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createSystemClock, systemTimers } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent } from "entrain";

test("an agent that advertises an address where nobody listens is suspected, refutes, and is never taken for dead", async () => {
  await using redis = await acquireTestRedis();
  await using stack = new AsyncDisposableStack();
  const swarm = "undialled";
  const start = async (agentId: string, wrong: object = {}) => {
    // The store would wait for an hour: only probes could bury it.
    const membership = { deadAfterMs: 3_600_000 };
    const agent = stack.use(createAgent({ swarm, redis: redis.url, agentId, membership, logger: false, ...wrong }));
    await agent.start();
    return agent;
  };
  const settings = { redis: redis.url, swarmId: swarm, clock: createSystemClock(), timers: systemTimers };
  const store = stack.adopt(createRedisStore(settings), (opened) => opened.close());
  await store.connect();
  for (const agentId of ["a", "b", "c", "d"]) await start(agentId);
  // The lower process id dials, so those above hear its frames and those below do not: there must be some below.
  const isLowest = async (): Promise<boolean> => {
    const ids = aliveIn(await store.registry.snapshot()).map(({ agentId, processId }) => ({ agentId, processId }));
    return ids.sort((one, other) => compareIds(one.processId, other.processId))[0]?.agentId === "hidden";
  };
  const hide = () => start("hidden", { advertise: { host: "127.0.0.1", port: 1 } });
  for (let hidden = await hide(); await isLowest(); hidden = await hide()) await hidden.stop();

  await waitFor(
    "it to have refuted",
    async () => ((await store.registry.snapshot()).members.get("hidden")?.refutations ?? 0) >= 2,
    30_000,
  );
  const changes = await store.registry.changesSince(0);
  assert.ok(changes !== "resync");
  assert.deepEqual(
    changes.filter(({ member }) => member.state === "dead"),
    [],
  );
});
