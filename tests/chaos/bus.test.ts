/** Consumers of messages are killed at random: every message counts, and once (P1). */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import path from "node:path";
import { test } from "node:test";
import { createRandom } from "@entrain/kernel";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createBusDesk, createSystemClock, systemTimers } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { receiverEnv } from "./workers/receiver-settings.ts";

const main = path.join(import.meta.dirname, "workers", "receiver.ts");
const group = "receivers";
const messages = 400;
const killAfter = [40, 120, 200, 280];

/** Processes of one group; one that dies is succeeded by another. */
function startReceivers(redisUrl: string, swarmId: string, size: number) {
  const children: ChildProcess[] = [];
  let [lives, stopping] = [0, false];
  function start(at: number): void {
    lives += 1;
    const env = receiverEnv({ redisUrl, swarmId, agentId: `receiver-${lives}`, group });
    const child = spawn(process.execPath, [main], { env, stdio: ["pipe", "ignore", "inherit"] });
    child.stdin.on("error", () => undefined);
    children[at] = child;
    child.on("exit", () => {
      if (!stopping) start(at);
    });
  }
  for (let at = 0; at < size; at++) start(at);
  return {
    kill: (at: number) => children[at]?.kill("SIGKILL"),
    async [Symbol.asyncDispose]() {
      stopping = true;
      await Promise.all(
        children.map(async (child) => {
          const exited = once(child, "exit");
          child.stdin?.end();
          await exited;
        }),
      );
    },
  };
}

test(`of ${messages} messages none is lost and none counts twice, though ${killAfter.length} consumers are killed`, async () => {
  await using redis = await acquireTestRedis();
  const swarmId = `bus-${randomUUID()}`;
  const clock = createSystemClock();
  const store = createRedisStore({ redis: redis.url, swarmId, clock, timers: systemTimers });
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => store.close());
  await store.connect();
  const random = createRandom("kills");
  const shared = { clock, timers: systemTimers, random, events: () => undefined, agentId: "publisher" };
  const bus = createBusDesk({ ...shared, store: store.bus, nextId: randomUUID });
  await using receivers = startReceivers(redis.url, swarmId, 2);
  const counted = async (): Promise<number> => Number((await bus.record(group, ["count"]))[0] ?? 0);
  await waitFor("the group is there", async () => (await bus.figures()).groups.length === 1, 30_000);
  const numbers = Array.from({ length: messages }, (_, n) => n);
  await Promise.all(numbers.map((n) => bus.publish(`numbers/${n % 7}`, n, { qos: 2, id: `n/${n}`, withinMs: 30_000 })));
  for (const [at, least] of killAfter.entries()) {
    await waitFor(`${least} messages count`, async () => (await counted()) >= least, 30_000);
    receivers.kill(at % 2);
  }
  await waitFor("all of them count", async () => (await counted()) >= messages, 60_000);
  assert.deepEqual(await bus.record(group, ["count", "sum"]), [messages, (messages * (messages - 1)) / 2]);
  const { groups, counts } = await bus.figures();
  assert.deepEqual([groups[0]?.lag, groups[0]?.deadLetters], [0, 0]);
  assert.ok((counts["vanished"] ?? 0) > 0, "some consumer was killed with a message in its hands");
});
