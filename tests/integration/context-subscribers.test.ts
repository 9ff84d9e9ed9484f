/** Subscribers of the shared context in processes of their own, in every kind of trouble: each version is accounted for (C1). */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Redis } from "ioredis";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, type Agent } from "entrain";
import type { SubscriberTask } from "./context-subscriber.ts";
import { assertAccounted, changeTimes, has, startSubscriber } from "./context-subscription.ts";

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(() => redis.stop());

const subscribe = (swarm: string, more: Partial<SubscriberTask> = {}) =>
  startSubscriber({ redis: redis.url, swarm, ...more });

async function writerOf(swarm: string): Promise<Agent> {
  const agent = createAgent({ swarm, redis: redis.url });
  await agent.start();
  return agent;
}

/** Changes the document; the last version. */
const change = (writer: Agent, times: number): Promise<number> =>
  changeTimes((patch) => writer.context.merge(patch), times);

test("a subscriber whose connections are cut is told every version", async () => {
  const swarm = `s-${randomUUID()}`;
  await using writer = await writerOf(swarm);
  await using subscriber = await subscribe(swarm);
  const raw = new Redis(redis.url);
  try {
    let present = 0;
    for (let cut = 0; cut < 5; cut++) {
      present = await change(writer, 20);
      await raw.call("CLIENT", "KILL", "TYPE", "pubsub");
      await raw.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    }
    present = await change(writer, 20);
    await waitFor("it has caught up", () => has(subscriber, present), 20_000);
    assertAccounted(subscriber, present);
  } finally {
    raw.disconnect();
  }
});

test("through a restart of Redis a subscriber is told every version, or from where on some were missed", async () => {
  const swarm = `s-${randomUUID()}`;
  await using writer = await writerOf(swarm);
  await using subscriber = await subscribe(swarm);
  await change(writer, 20);
  await redis.restart();
  const present = await change(writer, 20);
  await waitFor("it has caught up", () => has(subscriber, present), 20_000);
  assertAccounted(subscriber, present);
});

test("a slow consumer is told what finds room, and then the whole with the version from which it missed some", async () => {
  const swarm = `s-${randomUUID()}`;
  await using writer = await writerOf(swarm);
  await using subscriber = await subscribe(swarm, { queueMax: 5, pauseMs: 40 });
  const present = await change(writer, 300);
  await waitFor("it has caught up", () => has(subscriber, present), 20_000);
  assertAccounted(subscriber, present);
  assert.ok(
    subscriber.told.some((news) => news.kind === "resync" && news.cause === "slow"),
    "it was too slow for some of them, and was told so",
  );
});
