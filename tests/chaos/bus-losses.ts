/**
 * One run over messages of QoS 1 and 2 that are published and handled through a proxy that loses frames to and from Redis and
 * delays all of them: how many arrive, and how often each counts.
 */
import { randomUUID } from "node:crypto";
import { createRandom } from "@entrain/kernel";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createBusDesk, createSystemClock, systemTimers } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { startFrameProxy } from "@entrain/testkit/frame-proxy";

/** What a run is to be. */
export interface LossyRun {
  readonly seed: number;
  /** Of each quality of service. */
  readonly messages: number;
  readonly lossShare: number;
  readonly delayMs: number;
  /** How long it may take, ms. */
  readonly withinMs: number;
  /** Publications under way at once, and consumers, each with connections of its own. */
  readonly atOnce: number;
  readonly consumers: number;
}

/** What a run came to. */
export interface LossyOutcome {
  readonly frames: number;
  readonly lost: number;
  /** Ids that were handled, and how often in all. */
  readonly qos1: { readonly delivered: number; readonly handled: number };
  /** Ids whose effect is in the record, and the sum of effects. */
  readonly qos2: { readonly counted: number; readonly sum: number; readonly handled: number };
  readonly deadLetters: number;
}

/** The sum that the record must come to. */
export const sumOf = (messages: number): number => (messages * (messages - 1)) / 2;

/** Runs, until every message was handled or the time is over. */
export async function runLossy(run: LossyRun): Promise<LossyOutcome> {
  await using cleanUp = new AsyncDisposableStack();
  const redis = cleanUp.use(await acquireTestRedis());
  const proxy = cleanUp.use(await startFrameProxy(redis.port, run));
  const swarmId = `lossy-${randomUUID()}`;
  const clock = createSystemClock();
  const around = { clock, timers: systemTimers };
  const desks = await Promise.all(
    ["publisher", ...Array.from({ length: run.consumers }, (_, at) => `consumer-${at}`)].map(async (agentId) => {
      const url = `redis://127.0.0.1:${proxy.port}`;
      const store = createRedisStore({ ...around, redis: url, swarmId, requestTimeoutMs: 2_000 });
      // Opening the generation is a command as well, and may be lost; the store goes on trying by itself.
      await waitFor(
        "connected",
        () =>
          store.connect().then(
            () => true,
            () => false,
          ),
        30_000,
      );
      const random = createRandom(`${agentId} ${run.seed}`);
      const desk = createBusDesk({
        ...{ ...around, random, agentId, events: () => undefined, store: store.bus, nextId: randomUUID },
      });
      desk.start();
      cleanUp.defer(async () => {
        await desk.stop(0);
        await store.close();
      });
      return desk;
    }),
  );
  const watching = createRedisStore({ ...around, redis: redis.url, swarmId });
  cleanUp.defer(() => watching.close());
  await watching.connect();
  const [publisher, ...consumers] = desks;
  const handled = { 1: new Map<string, number>(), 2: new Map<string, number>() };
  const wish = { concurrency: 200, triesMax: 100, leaseMs: 5_000, lagMax: 100_000 };
  for (const consumer of consumers)
    for (const qos of [1, 2] as const)
      consumer.subscribe<number>(
        `numbers/${qos}`,
        (n, { messageId }) => {
          handled[qos].set(messageId, (handled[qos].get(messageId) ?? 0) + 1);
          return { add: { count: 1, sum: n } };
        },
        { ...wish, group: `qos-${qos}` },
      );
  await waitFor("the groups are there", async () => (await watching.bus.figures()).groups.length === 2, 30_000);

  let next = 0;
  const publish = async (): Promise<void> => {
    for (let at = next++; at < 2 * run.messages; at = next++) {
      const qos = at % 2 === 0 ? 1 : 2;
      const n = Math.floor(at / 2);
      const options = { qos, id: `n/${n}`, withinMs: 30_000 } as const;
      // What cannot be published in its time is not delivered, and missing in the count.
      await publisher?.publish(`numbers/${qos}`, n, options).catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: run.atOnce }, publish));
  const untilMs = clock.monoMs() + run.withinMs;
  await waitFor(
    "nothing waits any more",
    async () => (await watching.bus.figures()).groups.every(({ lag }) => lag === 0) || clock.monoMs() > untilMs,
    run.withinMs + 30_000,
  );
  const [counted, sum] = await watching.bus.record("qos-2", ["count", "sum"]);
  const { groups } = await watching.bus.figures();
  const timesOf = (times: ReadonlyMap<string, number>) => [...times.values()].reduce((all, each) => all + each, 0);
  return {
    ...proxy.counts(),
    qos1: { delivered: handled[1].size, handled: timesOf(handled[1]) },
    qos2: { counted: Number(counted ?? 0), sum: Number(sum ?? 0), handled: timesOf(handled[2]) },
    deadLetters: groups.reduce((all, { deadLetters }) => all + deadLetters, 0),
  };
}
