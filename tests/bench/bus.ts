/**
 * Messages of each quality of service, and tasks, beside jobs of BullMQ on the same Redis, in one run: from the publication to the
 * handler's begin one at a time, and how many a second are handled with many at once.
 */
import { randomUUID } from "node:crypto";
import { createRandom } from "@entrain/kernel";
import { quantile } from "@entrain/core/rhythm";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createMessageLinks, createRpcServer } from "@entrain/rpc";
import { createBusDesk, createSystemClock, systemTimers } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { distribution, single, type Figure } from "./figure.ts";
import type { Suite } from "./suite.ts";
import { openBullmq, openEntrain, type Party } from "./tasks.ts";

const suite = "bus";
const alone = 1_000;
const warmUp = 200;
const many = 5_000;
const atOnce = 50;
const around = { clock: createSystemClock(), timers: systemTimers, events: () => undefined };

/** One side of the bus: a publisher or a consumer, with connections of its own. */
async function openSide(redisUrl: string, swarmId: string, processId: string) {
  const store = createRedisStore({ ...around, redis: redisUrl, swarmId });
  await store.connect();
  const links = createMessageLinks({ ...around, swarmId, processId, insecure: true });
  const listen = { host: "127.0.0.1", port: 0 };
  const server = await createRpcServer({ ...around, swarmId, processId, insecure: true, listen, messages: links });
  const random = createRandom(processId);
  const desk = createBusDesk({ ...around, random, agentId: processId, store: store.bus, nextId: randomUUID });
  desk.start(links);
  return {
    ...{ desk, links, server, processId },
    async close() {
      await desk.stop(1_000);
      await links.close();
      await server.close({ deadlineMs: 100 });
      await store.close();
    },
  };
}

/** Messages of one quality of service. A run is over when the publication is answered and the handler has had the message. */
const openBus =
  (qos: 0 | 1 | 2) =>
  async (redisUrl: string, swarmId: string): Promise<Party> => {
    const publisher = await openSide(redisUrl, swarmId, "publisher");
    const consumer = await openSide(redisUrl, swarmId, "consumer");
    const waiting = new Map<string, () => void>();
    const party: Party = {
      onBegin: () => undefined,
      async run(id) {
        const handled = new Promise<void>((resolve) => waiting.set(id, resolve));
        const sent =
          qos === 0 ? publisher.desk.publish("work", id, { qos, id }) : publisher.desk.publish("work", id, { qos, id });
        await Promise.all([sent, handled]);
        waiting.delete(id);
      },
      async startWorker(concurrency) {
        const handle = async (id: string): Promise<undefined> => {
          await party.onBegin(id);
          waiting.get(id)?.();
          return undefined;
        };
        if (qos > 0) {
          await consumer.desk.subscribe<string>("work", handle, { group: "works", concurrency }).ready;
          return;
        }
        consumer.links.setPeers(new Map([[publisher.processId, { address: publisher.server.address }]]));
        consumer.desk.listen<string>("work", handle, { concurrency });
        await waitFor("it listens", () => Promise.resolve(consumer.desk.heard() === 1));
      },
      async close() {
        await consumer.close();
        await publisher.close();
      },
    };
    return party;
  };

/** From the call to the handler's begin, one after the other, ms. */
async function latencies(party: Party): Promise<readonly number[]> {
  const samples: number[] = [];
  await party.startWorker(1);
  for (let n = 0; n < warmUp + alone; n++) {
    const startedAt = performance.now();
    party.onBegin = () => {
      if (n >= warmUp) samples.push(performance.now() - startedAt);
    };
    await party.run(`alone-${n}`);
  }
  return samples;
}

/** @returns how many were handled a second */
async function throughput(party: Party): Promise<number> {
  let next = 0;
  await party.startWorker(atOnce);
  const startedAt = performance.now();
  const line = async (): Promise<void> => {
    while (next < many) await party.run(`many-${next++}`);
  };
  await Promise.all(Array.from({ length: atOnce }, line));
  return (1_000 * many) / (performance.now() - startedAt);
}

export const busSuite: Suite = {
  name: suite,
  about: "messages of each quality of service, and tasks, beside BullMQ's jobs: latency and throughput",
  async *measure(say): AsyncGenerator<Figure> {
    await using redis = await acquireTestRedis();
    const parties = [
      ["BullMQ job", openBullmq],
      ["QoS 0", openBus(0)],
      ["QoS 1", openBus(1)],
      ["QoS 2", openBus(2)],
      ["task", openEntrain],
    ] as const;
    const each = async <T>(open: (typeof parties)[number][1], measure: (party: Party) => Promise<T>): Promise<T> => {
      const party = await open(redis.url, `bench-${randomUUID()}`);
      try {
        return await measure(party);
      } finally {
        await party.close();
      }
    };
    const named = { suite, conditions: "both sides in one process, connections of their own; Redis with AOF" };
    let peer: { readonly name: string; readonly p50: number } | undefined;
    for (const [name, open] of parties) {
      say(`${alone} one after the other: ${name}`);
      const samples = await each(open, latencies);
      yield distribution(
        { ...named, name: `${name}: from the call to the handler's begin`, unit: "ms" },
        samples,
        peer,
      );
      peer ??= { name: "BullMQ", p50: quantile(samples, 0.5) ?? Number.NaN };
    }
    peer = undefined;
    for (const [name, open] of parties) {
      say(`${many}, ${atOnce} at once: ${name}`);
      const rate = await each(open, throughput);
      yield single({ ...named, name: `${name}: handled a second, ${atOnce} at once`, unit: "1/s" }, rate, many, peer);
      peer ??= { name: "BullMQ", p50: rate };
    }
  },
};
