/** The library's life in its host process: starts and stops in every order, and what a start that fails leaves behind. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { getEventListeners } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { register as globalRegistry } from "prom-client";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { createRedisStore } from "@entrain/redis";
import { realClock, realTimers } from "@entrain/testkit/store-lab";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, EntrainError, type Agent, type AgentOptions } from "entrain";
import { leavingNothingOpen, openResources } from "./open-resources.ts";

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(async () => {
  await redis.stop();
});

/** An address where nobody listens. */
const nowhere = "redis://127.0.0.1:1";

function agentOf(options: Partial<AgentOptions> = {}): Agent {
  return createAgent({ swarm: `s-${randomUUID()}`, redis: redis.url, rhythm: { periodMs: 100 }, ...options });
}

/** The ids that a swarm lists as alive, read by a client of its own. */
async function aliveIn(swarmId: string): Promise<string[]> {
  const store = createRedisStore({ redis: redis.url, swarmId, clock: realClock, timers: realTimers });
  await store.connect();
  const { members } = await store.registry.snapshot();
  await store.close();
  return [...members.values()].filter(({ state }) => state === "alive").map(({ agentId }) => agentId);
}

async function refusalOf(start: Promise<void>): Promise<EntrainError> {
  const thrown: unknown = await start.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(
    thrown instanceof EntrainError,
    `the start should have been refused with an EntrainError: ${String(thrown)}`,
  );
  return thrown;
}

test("an agent that is only created opens nothing", async () => {
  const before = openResources();
  const agent = agentOf({ redis: nowhere });
  assert.deepEqual(openResources(), before);
  await agent.stop();
  assert.deepEqual(openResources(), before);
});

test("a second start waits for the first, and registers nobody twice", async () => {
  const swarm = `s-${randomUUID()}`;
  await leavingNothingOpen(async () => {
    const agent = agentOf({ swarm, agentId: "a" });
    await Promise.all([agent.start(), agent.start()]);
    await agent.start();
    assert.deepEqual(await aliveIn(swarm), ["a"]);
    await agent.stop();
  });
});

test("a second stop waits for the first; who has left is not alive, and stays out", async () => {
  const swarm = `s-${randomUUID()}`;
  await leavingNothingOpen(async () => {
    const agent = agentOf({ swarm });
    await agent.start();
    await Promise.all([agent.stop(), agent.stop({ drainMs: 0 })]);
    await agent.stop();
    assert.deepEqual(await aliveIn(swarm), []);
    const error = await refusalOf(agent.start());
    assert.equal(error.code, "cancelled");
    assert.match(error.message, /stopped/);
    assert.deepEqual(await aliveIn(swarm), []);
  });
});

test("a stop before the start is no fault, and the start is then refused", async () => {
  await leavingNothingOpen(async () => {
    const agent = agentOf();
    await agent.stop();
    assert.equal((await refusalOf(agent.start())).code, "cancelled");
  });
});

test("a stop in the middle of the start ends it, and nothing stays behind", async () => {
  for (const turns of [0, 1, 5, 20, 60]) {
    const swarm = `s-${randomUUID()}`;
    await leavingNothingOpen(async () => {
      const agent = agentOf({ swarm });
      const start = { over: false };
      const ended = agent.start().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      void ended.then(() => (start.over = true));
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      // On a quick machine the start may be over after so many turns: then there is nothing to refuse.
      const wasUnderWay = !start.over;
      await agent.stop();
      const refusal = await ended;
      if (wasUnderWay) assert.ok(refusal instanceof EntrainError && refusal.code === "cancelled");
      else assert.equal(refusal, undefined);
      assert.deepEqual(await aliveIn(swarm), []);
    });
  }
});

test("a start that takes too long is refused and undone", async () => {
  await using slow = await acquireTestRedis();
  await leavingNothingOpen(async () => {
    await slow.pause();
    const agent = agentOf({ redis: slow.url });
    assert.equal((await refusalOf(agent.start({ timeoutMs: 50 }))).code, "deadline-exceeded");
    await slow.resume();
    await agent.stop();
  });
});

test("durations that are none are refused by their name", async () => {
  for (const timeoutMs of [0, -1, Number.NaN, Infinity]) {
    const agent = agentOf();
    const error = await refusalOf(agent.start({ timeoutMs }));
    assert.deepEqual([error.code, error.field], ["invalid-argument", "timeoutMs"]);
    await agent.stop();
  }
  const agent = agentOf();
  await agent.start();
  await assert.rejects(agent.stop({ drainMs: -1 }), { code: "invalid-argument", field: "drainMs" });
  await agent.stop();
});

test("a required store that is away refuses the start", async () => {
  await leavingNothingOpen(async () => {
    const agent = agentOf({ redis: nowhere, requireStore: true });
    const error = await refusalOf(agent.start());
    assert.equal(error.code, "store-unavailable");
    assert.equal((await refusalOf(agent.start())).code, "store-unavailable", "a failed start stays failed");
    await agent.stop();
  });
});

test("a port in use, and an address that others can reach without TLS, refuse the start", async () => {
  const occupant = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => occupant.once("listening", resolve));
  const { port } = occupant.address() as AddressInfo;
  await leavingNothingOpen(async () => {
    const taken = await refusalOf(agentOf({ listen: { port } }).start());
    assert.deepEqual([taken.code, taken.field], ["invalid-config", "listen"]);
    const advertise = { host: "agent.example", port: 4000 };
    const bare = await refusalOf(agentOf({ listen: { host: "0.0.0.0" }, advertise }).start());
    assert.deepEqual([bare.code, bare.field], ["invalid-config", "listen"]);
  });
  occupant.close();
});

/** A member of another process whose clock is an hour ahead. */
async function memberAhead(stack: AsyncDisposableStack, swarmId: string) {
  const store = createRedisStore({ redis: redis.url, swarmId, clock: realClock, timers: realTimers });
  stack.defer(() => store.close());
  await store.connect();
  const incarnation = Date.now() + 3_600_000;
  const place = { processId: "ahead", host: "h", pid: 1, address: "127.0.0.1:1", opsUrl: "", health: 1 };
  await store.registry.register([{ agentId: "a", incarnation, ...place }]);
  const beat = () => store.registry.heartbeat([{ agentId: "a", incarnation, health: 1, risk: 0 }]);
  return { registry: store.registry, incarnation, beat };
}

test("a start takes over from one whose clock is an hour ahead, and holds what it holds in its new life (M3)", async () => {
  await using stack = new AsyncDisposableStack();
  const swarm = `s-${randomUUID()}`;
  const { registry, incarnation, beat } = await memberAhead(stack, swarm);
  assert.deepEqual((await beat()).superseded, []);
  const agent = stack.use(agentOf({ swarm, agentId: "a" }));
  await agent.start();
  assert.deepEqual((await beat()).superseded, ["a"]);
  const member = (await registry.snapshot()).members.get("a");
  assert.ok(member?.state === "alive" && member.incarnation > incarnation && member.processId !== "ahead");
  await waitFor("it to lead", () => agent.leader().isSelf);
  assert.equal((await agent.decide({ temperature: 85 })).source, "committed");
  assert.ok((await agent.lock("l").acquire()).token > 0);
  const again = stack.use(agentOf({ swarm, agentId: "a" }));
  const stopped = new Promise<string>((resolve) => agent.on("error", ({ code }) => resolve(code)));
  await again.start();
  assert.equal(await stopped, "superseded", "the last that started is the one that lives");
});

test("a duplicate that is to be refused is, whatever the other's clock says", async () => {
  await using stack = new AsyncDisposableStack();
  const swarm = `s-${randomUUID()}`;
  const { beat } = await memberAhead(stack, swarm);
  const duplicate = stack.use(agentOf({ swarm, agentId: "a", duplicateId: "refuse" }));
  assert.equal((await refusalOf(duplicate.start())).code, "already-exists");
  assert.deepEqual((await beat()).superseded, []);
});

test("who refuses duplicates is refused while another of its id is alive, and starts once that one has left", async () => {
  const swarm = `s-${randomUUID()}`;
  await leavingNothingOpen(async () => {
    const older = agentOf({ swarm, agentId: "a" });
    await older.start();
    const duplicate = agentOf({ swarm, agentId: "a", duplicateId: "refuse" });
    const { code, message, field } = await refusalOf(duplicate.start());
    assert.deepEqual([code, field], ["already-exists", "agentId"]);
    assert.match(message, /agent a is alive in another process/);
    assert.deepEqual(await aliveIn(swarm), ["a"]);
    await older.stop();
    const next = agentOf({ swarm, agentId: "a", duplicateId: "refuse" });
    await next.start();
    assert.deepEqual(await aliveIn(swarm), ["a"]);
    await Promise.all([next.stop(), duplicate.stop()]);
  });
});

test("a newer incarnation makes the older one stop, and say so", async () => {
  const swarm = `s-${randomUUID()}`;
  await leavingNothingOpen(async () => {
    const older = agentOf({ swarm, agentId: "a", membership: { heartbeatMs: 50 } });
    const errors: EntrainError[] = [];
    older.on("error", (error) => errors.push(error));
    await older.start();
    const newer = agentOf({ swarm, agentId: "a" });
    await newer.start();
    await waitFor("the older one's error", () => errors.length > 0);
    assert.equal(errors[0]?.code, "superseded");
    await older.stop();
    await assert.rejects(older.decide({ temperature: 85 }), { code: "unavailable" });
    assert.deepEqual(await aliveIn(swarm), ["a"]);
    await newer.stop();
  });
});

test("the signal stops the agent, and the agent lets go of the signal", async () => {
  const swarm = `s-${randomUUID()}`;
  await leavingNothingOpen(async () => {
    const ending = new AbortController();
    const agent = agentOf({ swarm, signal: ending.signal });
    await Promise.all([agent.start(), agent.start()]);
    assert.equal(getEventListeners(ending.signal, "abort").length, 1);
    const other = agentOf({ swarm, signal: ending.signal });
    await other.start();
    await other.stop();
    assert.equal(getEventListeners(ending.signal, "abort").length, 1);
    ending.abort();
    await waitFor("the agent to have left", async () => (await aliveIn(swarm)).length === 0);
    await agent.stop();
    assert.equal((await refusalOf(agentOf({ signal: ending.signal }).start())).code, "cancelled");
  });
});

test("await using leaves the swarm at the end of the block", async () => {
  const swarm = `s-${randomUUID()}`;
  await leavingNothingOpen(async () => {
    {
      await using agent = agentOf({ swarm, agentId: "scoped" });
      await agent.start();
      assert.deepEqual(await aliveIn(swarm), ["scoped"]);
    }
    assert.deepEqual(await aliveIn(swarm), []);
  });
});

test("an agent puts no handler on the process and no metric into the global registry", async () => {
  const handlers = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);
  const before = handlers();
  const agent = agentOf();
  await agent.start();
  await waitFor("a leader", () => agent.leader().isSelf);
  await agent.decide({ temperature: 85 });
  assert.deepEqual(handlers(), before);
  await agent.stop();
  assert.deepEqual(handlers(), before);
  assert.deepEqual(await globalRegistry.getMetricsAsJSON(), []);
});
