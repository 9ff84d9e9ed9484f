/** The library and its store: a client of the user's own, a Redis that is late, goes or may lose data. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Redis } from "ioredis";
import { pino } from "pino";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, type Agent, type AgentOptions, type DegradedEvent } from "entrain";

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(async () => {
  await redis.stop();
});

function agentOf(options: Partial<AgentOptions> = {}): Agent {
  return createAgent({ swarm: `s-${randomUUID()}`, redis: redis.url, rhythm: { periodMs: 100 }, ...options });
}

/** What an agent tells of its store, in order. */
function degradationOf(agent: Agent): DegradedEvent[] {
  const told: DegradedEvent[] = [];
  agent.on("degraded", (event) => told.push(event));
  return told;
}

/** Waits until the agent has beaten `count` times from now. */
async function beats(agent: Agent, count: number): Promise<void> {
  let heard = 0;
  using _off = agent.on("beat", () => heard++);
  await waitFor(`${count} beats`, () => heard >= count);
}

test("a client of the user's own is duplicated: neither opened nor closed nor changed", async () => {
  const open = new Redis(redis.url, { keyPrefix: "mine:" });
  await open.set("key", "value");
  const lazy = new Redis(redis.url, { lazyConnect: true });
  const before = [open, lazy].map(({ options }) => JSON.stringify(options));
  for (const client of [open, lazy]) {
    const agent = agentOf({ redis: client, requireStore: true });
    await agent.start();
    await waitFor("a leader", () => agent.leader().isSelf);
    assert.equal((await agent.decide({ temperature: 85 })).source, "committed");
    await agent.stop();
  }
  assert.deepEqual([open.status, lazy.status], ["ready", "wait"]);
  assert.equal(await open.get("key"), "value");
  assert.deepEqual(
    [open, lazy].map(({ options }) => JSON.stringify(options)),
    before,
  );
  open.disconnect();
});

test("options of ioredis do as well as a URL", async () => {
  const agent = agentOf({ redis: { host: "127.0.0.1", port: redis.port }, requireStore: true });
  await agent.start();
  assert.deepEqual(agent.leader().leaderId ?? agent.agentId, agent.agentId);
  await agent.stop();
});

test("without Redis it starts degraded, beats, takes the safe action, and catches up when Redis appears", async () => {
  await using late = await acquireTestRedis();
  await late.kill();
  await using agent = agentOf({ redis: late.url });
  const told = degradationOf(agent);
  await agent.start();
  assert.deepEqual(told, [{ degraded: true, generation: 0 }]);
  const alone = await agent.decide({ temperature: 85, subject: "rack-7" });
  assert.deepEqual([alone.source, alone.decision.type], ["safe-alone", "SAFE_MODE"]);
  await beats(agent, 2);

  await late.restart();
  await waitFor("the end of the degradation", () => told.length === 2);
  assert.deepEqual(told[1], { degraded: false, generation: 1 });
  await waitFor("the leadership", () => agent.leader().isSelf);
  // The decisions that were taken alone count as errors, so the swarm may keep to safe mode for a moment.
  const together = await waitFor("a decision of the swarm, out of safe mode", async () => {
    const outcome = await agent.decide({ temperature: 85, subject: `rack-${randomUUID().slice(0, 8)}` });
    return outcome.source === "committed" && outcome.decision.type !== "SAFE_MODE" && outcome;
  });
  assert.equal(together.decision.action, "cool_down");
  assert.equal(agent.goal()?.goalVersion, 1, "the provisional goal has yielded to the swarm's");
  await agent.stop();
});

test("losing Redis is told and stops no beat; its return is told; a stop is no loss", async () => {
  await using shaky = await acquireTestRedis();
  await using agent = agentOf({ redis: shaky.url });
  const told = degradationOf(agent);
  await agent.start();
  await beats(agent, 2);
  assert.equal(told.length, 0, "a store that is there is no news");
  await shaky.kill();
  await waitFor("the loss", () => told.length === 1);
  await beats(agent, 3);
  await shaky.restart();
  await waitFor("the return", () => told.length === 2);
  assert.deepEqual(
    told.map(({ degraded }) => degraded),
    [true, false],
  );
  assert.ok(told[1]!.generation > told[0]!.generation, "a server that was killed may have lost writes (S1)");
  await agent.stop();
  assert.equal(told.length, 2);
});

test("a store that may lose data is logged once", async () => {
  await using forgetful = await acquireTestRedis({ config: { appendonly: "no" } });
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
  const agent = agentOf({ redis: forgetful.url, logger: pino({ level: "warn" }, { write }) });
  await agent.start();
  await agent.stop();
  const warnings = lines.filter((line) => line["event"] === "store.warned");
  assert.equal(warnings.length, 1);
  assert.match(String(warnings[0]?.["cause"]), /append-only/);
});
