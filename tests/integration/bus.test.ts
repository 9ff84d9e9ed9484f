/** Messages between agents through the library: by pattern to groups, past a poison message, and no faster than they are handled. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { Registry } from "prom-client";
import type { EntrainError } from "entrain";
import { createAgent, type MessageContext } from "entrain";

interface Order {
  readonly order: number;
}

test("messages reach each group by its pattern, a poison one ends as a dead letter and may be replayed", async () => {
  await using redis = await acquireTestRedis();
  const own = { redis: redis.url, swarm: `s-${randomUUID()}` };
  const registry = new Registry();
  await using one = createAgent({ ...own, agentId: "a", registry });
  await using other = createAgent({ ...own, agentId: "b" });
  const contexts: MessageContext[] = [];
  let isMended = false;
  const billing = one.bus.subscribe<Order>(
    "orders/+/paid",
    ({ order }, context) => {
      contexts.push(context);
      if (order === 3 && !isMended) throw new Error("no such customer");
      return { add: { orders: 1, sum: order } };
    },
    { group: "billing", triesMax: 3, concurrency: 4, leaseMs: 60_000 },
  );
  const audited: string[] = [];
  const audit = other.bus.subscribe("orders/#", (_, { topic }) => void audited.push(topic), {
    group: "audit",
    leaseMs: 60_000,
  });
  await Promise.all([one.start(), other.start()]);
  await Promise.all([billing.ready, audit.ready]);

  for (let order = 1; order <= 5; order++) {
    const options = { qos: 2, id: `paid/${order}`, headers: { traceparent: "00-4bf9-00f0-01" } } as const;
    const published = await other.bus.publish(`orders/${order}/paid`, { order }, options);
    assert.deepEqual(published, { messageId: `paid/${order}`, groups: 2 });
    assert.deepEqual(await one.bus.publish(`orders/${order}/paid`, { order }, options), { ...published, groups: null });
  }
  await other.bus.publish("orders", "all of them");
  const letter = await waitFor("the poison is a dead letter", async () => {
    const [first] = await other.bus.deadLetters("billing");
    return first ?? false;
  });
  assert.deepEqual([letter.message.messageId, letter.cause, letter.attempts], ["paid/3", "no such customer", 3]);
  await waitFor("the others are handled", async () => {
    const { groups } = await other.bus.figures();
    return groups.every(({ lag }) => lag === 0) && audited.length === 6;
  });
  assert.deepEqual(await other.bus.record("billing", ["orders", "sum", "none"]), [4, 12, null]);
  const first = contexts.find(({ messageId }) => messageId === "paid/1");
  assert.deepEqual([first?.qos, first?.attempt, first?.headers], [2, 1, { traceparent: "00-4bf9-00f0-01" }]);
  assert.equal(first?.idempotencyKey, "billing/paid/1");

  isMended = true;
  await other.bus.replay("billing", letter.letter);
  await waitFor("it is handled after all", async () => (await other.bus.record("billing", ["sum"]))[0] === 15);
  assert.deepEqual(await other.bus.deadLetters("billing"), []);
  await assert.rejects(other.bus.replay("billing", letter.letter), { code: "not-found" });
  const metrics = await registry.metrics();
  assert.match(metrics, /^entrain_bus_dead_letters_total\{group="billing",cause="failed"\} 1$/m);
  assert.match(metrics, /^entrain_bus_deliveries_total\{group="billing",qos="2",outcome="acknowledged"\} 5$/m);
  assert.match(metrics, /^entrain_bus_deliveries_total\{group="billing",qos="2",outcome="again"\} 2$/m);
  assert.match(metrics, /^entrain_bus_publications_total\{qos="2",outcome="repeated"\} 5$/m);
  assert.match(metrics, /^entrain_bus_redeliveries_total\{group="billing"\} 2$/m);
});

test("a publisher waits for a group that lags, is refused when its time is over, and wrong input is named", async () => {
  await using redis = await acquireTestRedis();
  await using agent = createAgent({ redis: redis.url, swarm: `s-${randomUUID()}` });
  const gate = Promise.withResolvers<undefined>();
  const handled: unknown[] = [];
  const slow = agent.bus.subscribe(
    "work",
    async (payload) => {
      await gate.promise;
      handled.push(payload);
    },
    { group: "slow", lagMax: 2, leaseMs: 60_000 },
  );
  await agent.start();
  await slow.ready;
  await agent.bus.publish("work", 1);
  await agent.bus.publish("work", 2);
  await assert.rejects(agent.bus.publish("work", 3, { withinMs: 0 }), (thrown: EntrainError) => {
    assert.equal(thrown.code, "resource-exhausted");
    assert.match(thrown.message, /^group slow lags too far: add consumers/);
    return true;
  });
  const waiting = agent.bus.publish("work", 3, { withinMs: 60_000 });
  await assert.rejects(agent.bus.publish("work", 4, { withinMs: 60_000, signal: AbortSignal.timeout(5) }), {
    code: "cancelled",
  });
  gate.resolve(undefined);
  assert.equal((await waiting).groups, 1);
  await waitFor("all are handled", () => Promise.resolve(handled.length === 3));

  const again = agent.bus.subscribe("other", () => undefined, { group: "other" });
  await again.ready;
  await again.stop();
  const changed = agent.bus.subscribe("another", () => undefined, { group: "other" });
  await assert.rejects(changed.ready, { code: "conflict", field: "pattern" });
  assert.equal(await agent.bus.removeGroup("other"), 0);
  await assert.rejects(agent.bus.removeGroup("other"), { code: "not-found" });
  assert.throws(() => agent.bus.subscribe("work", () => undefined, { group: "slow" }), { code: "already-exists" });
  assert.throws(() => agent.bus.subscribe("a/#/b", () => undefined, { group: "g" }), { field: "pattern" });
  await assert.rejects(agent.bus.publish("a/+", null), { code: "invalid-argument", field: "topic" });
  await assert.rejects(agent.bus.publish("a", null, { qos: 3 as never }), { code: "invalid-argument", field: "qos" });
  await assert.rejects(agent.bus.replay("slow", "first"), { code: "invalid-argument", field: "letter" });
});

test("what is not kept is heard by every agent that listens, in this process and in others, and waits for nobody", async () => {
  await using redis = await acquireTestRedis();
  const own = { redis: redis.url, swarm: `s-${randomUUID()}` };
  const registry = new Registry();
  await using one = createAgent({ ...own, agentId: "a", registry });
  await using other = createAgent({ ...own, agentId: "b" });
  const heard = { a: [] as unknown[], b: [] as unknown[] };
  one.bus.listen("ticks/+", (payload, { from }) => heard.a.push([payload, from]));
  const off = other.bus.listen<number>("ticks/#", (payload, { from, topic }) => heard.b.push([payload, from, topic]));
  await assert.rejects(one.bus.publish("ticks/1", 0, { qos: 0 }), { code: "unavailable" });
  await Promise.all([one.start(), other.start()]);
  await waitFor("they hear each other", () => Promise.resolve(one.bus.heard() === 1 && other.bus.heard() === 1));
  const { processes, dropped } = await one.bus.publish("ticks/1", 7, { qos: 0 });
  assert.deepEqual([processes, dropped], [2, 0]);
  await waitFor("both have it", () => Promise.resolve(heard.a.length === 1 && heard.b.length === 1));
  assert.deepEqual(heard, { a: [[7, "a"]], b: [[7, "a", "ticks/1"]] });
  off();
  await waitFor("one listens", async () => (await one.bus.publish("ticks/1", 8, { qos: 0 })).processes === 1);
  assert.match(await registry.metrics(), /^entrain_bus_publications_total\{qos="0",outcome="published"\} [1-9]/m);
  assert.match(await registry.metrics(), /^entrain_bus_messages_heard_total\{outcome="handled"\} [1-9]/m);
});

test("what is published while Redis comes back without its data reaches who subscribes", async () => {
  await using redis = await acquireTestRedis({ config: { appendonly: "no", save: "" } });
  await using agent = createAgent({ redis: redis.url, swarm: `s-${randomUUID()}` });
  const handled: unknown[] = [];
  const subscription = agent.bus.subscribe("work", (payload) => void handled.push(payload), { group: "workers" });
  await agent.start();
  await subscription.ready;
  assert.equal((await agent.bus.publish("work", 1)).groups, 1);
  await waitFor("it is handled", () => handled.length === 1);
  await redis.kill();
  await redis.restart();
  assert.equal((await agent.bus.publish("work", 2, { withinMs: 60_000 })).groups, 1, "the group is there again");
  await waitFor("the second one is handled", () => handled.length === 2);
});
