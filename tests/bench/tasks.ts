/**
 * Tasks beside jobs of BullMQ on the same Redis, in one run: from the offer to the known result one at a time, many at once, and
 * how long a task lies that was in the hands of a process that was killed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { randomUUID } from "node:crypto";
import { Queue, QueueEvents, Worker } from "bullmq";
import { createRandom } from "@entrain/kernel";
import { quantile } from "@entrain/core/rhythm";
import { taskDefinition } from "@entrain/core/task";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createCapabilityWorker, createSystemClock, systemTimers } from "@entrain/runtime";
import { distribution, single, type Figure } from "./figure.ts";
import type { Suite } from "./suite.ts";
import { redisOptions, type HangingWorker } from "./tasks-settings.ts";

const suite = "tasks";
const alone = 1_000;
const many = 5_000;
const atOnce = 50;
const kills = 15;
/** A lease of ours, a lock of BullMQ's and its look for lost ones, ms. */
const leaseMs = 1_000;

/** Either of the two, as the suite drives it. */
interface Party {
  /** Resolves when the result is known. */
  run(id: string): Promise<void>;
  /** What a worker of this process does. */
  onBegin: (id: string) => void | Promise<void>;
  startWorker(concurrency: number): Promise<void>;
  close(): Promise<void>;
}

async function openEntrain(redisUrl: string, swarmId: string): Promise<Party> {
  const around = { clock: createSystemClock(), timers: systemTimers, events: () => undefined };
  const [offers, works] = [0, 1].map(() => createRedisStore({ ...around, redis: redisUrl, swarmId })) as [
    ReturnType<typeof createRedisStore>,
    ReturnType<typeof createRedisStore>,
  ];
  await Promise.all([offers.connect(), works.connect()]);
  const waiting = new Map<string, () => void>();
  offers.tasks.watch(({ ended }) => {
    for (const id of ended) waiting.get(id)?.();
  });
  const ends: (() => Promise<void>)[] = [];
  const party: Party = {
    onBegin: () => undefined,
    async run(id) {
      const ended = new Promise<void>((resolve) => waiting.set(id, resolve));
      await offers.tasks.apply({
        kind: "offer",
        task: taskDefinition({ taskId: id, capability: "work", leaseMs, triesMax: 20 }),
      });
      await ended;
      waiting.delete(id);
      const [task] = await offers.tasks.read([id]);
      if (task?.state !== "done") throw new Error(`${id} is ${task?.state ?? "unknown"}`);
    },
    startWorker(concurrency) {
      const worker = createCapabilityWorker(
        { ...around, store: works.tasks, random: createRandom("bench"), agentId: "works", isLeader: () => false },
        {
          ...{ name: "work", concurrency, checkInput: () => undefined, checkResult: () => undefined },
          async handler(_, { taskId }) {
            await party.onBegin(taskId);
            return taskId;
          },
        },
      );
      worker.start();
      ends.push(() => worker.stop(0));
      return Promise.resolve();
    },
    async close() {
      for (const end of ends) await end();
      await Promise.all([offers.close(), works.close()]);
    },
  };
  return party;
}

async function openBullmq(redisUrl: string, name: string): Promise<Party> {
  const connection = redisOptions(redisUrl);
  const queue = new Queue(name, { connection });
  const events = new QueueEvents(name, { connection });
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  const workers: Worker[] = [];
  const waiting = new Map<string, () => void>();
  events.on("completed", ({ jobId }) => waiting.get(jobId)?.());
  const party: Party = {
    onBegin: () => undefined,
    async run(id) {
      const ended = new Promise<void>((resolve) => waiting.set(id, resolve));
      await queue.add("work", {}, { jobId: id, attempts: 20 });
      await ended;
      waiting.delete(id);
    },
    async startWorker(concurrency) {
      const worker = new Worker(
        name,
        async (job) => {
          await party.onBegin(job.id ?? "");
          return job.id;
        },
        { connection, concurrency, lockDuration: leaseMs, stalledInterval: leaseMs, maxStalledCount: 10 },
      );
      workers.push(worker);
      await worker.waitUntilReady();
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close(true)));
      await Promise.all([queue.close(), events.close()]);
    },
  };
  return party;
}

async function latencies(party: Party): Promise<readonly number[]> {
  const samples: number[] = [];
  for (let n = -100; n < alone; n++) {
    const startedAt = performance.now();
    await party.run(`alone-${n + 100}`);
    if (n >= 0) samples.push(performance.now() - startedAt);
  }
  return samples;
}

/** @returns tasks a second */
async function throughput(party: Party): Promise<number> {
  let next = 0;
  const startedAt = performance.now();
  const line = async (): Promise<void> => {
    while (next < many) await party.run(`many-${next++}`);
  };
  await Promise.all(Array.from({ length: atOnce }, line));
  return (1_000 * many) / (performance.now() - startedAt);
}

/**
 * From the kill of the process that has a task to the task's begin in this one, ms. The worker of this process is there all the
 * time, and has its one hand full until the kill.
 */
async function recovery(party: Party, settings: HangingWorker): Promise<readonly number[]> {
  const main = path.join(import.meta.dirname, "tasks-worker.ts");
  const samples: number[] = [];
  await party.startWorker(1);
  for (let n = 0; n < kills; n++) {
    const [held, freed, begun] = [0, 1, 2].map(() => Promise.withResolvers<undefined>()) as [Turn, Turn, Turn];
    party.onBegin = (id) => {
      const isKilled = id.startsWith("killed");
      (isKilled ? begun : held).resolve(undefined);
      return isKilled ? undefined : freed.promise;
    };
    const blocker = party.run(`blocker-${n}`);
    await held.promise;
    const child = spawn(process.execPath, [main, JSON.stringify(settings)], { stdio: ["ignore", "pipe", "inherit"] });
    const done = party.run(`killed-${n}`);
    await once(child.stdout, "data");
    const killedAt = performance.now();
    child.kill("SIGKILL");
    freed.resolve(undefined);
    await begun.promise;
    samples.push(performance.now() - killedAt);
    await Promise.all([blocker, done]);
  }
  return samples;
}

type Turn = PromiseWithResolvers<undefined>;

const medianOf = (samples: readonly number[]): number => quantile(samples, 0.5) ?? Number.NaN;

export const tasksSuite: Suite = {
  name: suite,
  about: "tasks beside BullMQ's jobs: latency, throughput, and recovery from a killed worker",
  async *measure(say): AsyncGenerator<Figure> {
    await using redis = await acquireTestRedis();
    const open = { entrain: openEntrain, bullmq: openBullmq };
    const of = async <T>(what: keyof typeof open, work: (party: Party, name: string) => Promise<T>): Promise<T> => {
      const name = `bench-${randomUUID()}`;
      const party = await open[what](redis.url, name);
      try {
        return await work(party, name);
      } finally {
        await party.close();
      }
    };

    say(`${alone} tasks one after the other`);
    const working = (concurrency: number, measure: (party: Party) => Promise<unknown>) => async (party: Party) => {
      await party.startWorker(concurrency);
      return measure(party);
    };
    const peerLatency = (await of("bullmq", working(1, latencies))) as readonly number[];
    const ownLatency = (await of("entrain", working(1, latencies))) as readonly number[];
    const conditions = "one process offers and works, Redis with AOF";
    const named = { suite, conditions };
    yield distribution({ ...named, name: "from the offer to the known result", unit: "ms" }, ownLatency, {
      name: "BullMQ",
      p50: medianOf(peerLatency),
    });
    yield distribution({ ...named, name: "the same, BullMQ", unit: "ms" }, peerLatency);

    say(`${many} tasks, ${atOnce} at once`);
    const peerRate = (await of("bullmq", working(atOnce, throughput))) as number;
    const ownRate = (await of("entrain", working(atOnce, throughput))) as number;
    yield single({ ...named, name: `tasks a second, ${atOnce} at once`, unit: "tasks/s" }, ownRate, many, {
      name: "BullMQ",
      p50: peerRate,
    });

    say(`${kills} workers killed with a task in hand`);
    const hanging = { redisUrl: redis.url, lockMs: leaseMs, stalledEveryMs: leaseMs };
    const killed = (what: keyof typeof open) =>
      of(what, (party, name) => recovery(party, { ...hanging, name, of: what }));
    const peerRecovery = await killed("bullmq");
    const ownRecovery = await killed("entrain");
    const lease = { suite, conditions: `lease ${leaseMs} ms; BullMQ: lock and look for stalled jobs ${leaseMs} ms` };
    yield distribution({ ...lease, name: "from the kill of a worker to the next begin", unit: "ms" }, ownRecovery, {
      name: "BullMQ",
      p50: medianOf(peerRecovery),
    });
    yield distribution({ ...lease, name: "the same, BullMQ", unit: "ms" }, peerRecovery);
  },
};
