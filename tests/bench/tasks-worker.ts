/** A process that takes one task, of Entrain's or of BullMQ's, says so on its standard output, and never ends it. */
import { Worker } from "bullmq";
import { createRandom } from "@entrain/kernel";
import { createRedisStore } from "@entrain/redis";
import { createCapabilityWorker, createSystemClock, systemTimers } from "@entrain/runtime";
import { redisOptions, type HangingWorker } from "./tasks-settings.ts";

const { redisUrl, name, of, lockMs, stalledEveryMs } = JSON.parse(process.argv[2] ?? "") as HangingWorker;
const never = (): Promise<never> => {
  process.stdout.write("begun\n");
  return new Promise(() => undefined);
};

if (of === "bullmq") {
  const connection = redisOptions(redisUrl);
  new Worker(name, never, { connection, lockDuration: lockMs, stalledInterval: stalledEveryMs, maxStalledCount: 10 });
} else {
  const around = { clock: createSystemClock(), timers: systemTimers, events: () => undefined };
  const store = createRedisStore({ ...around, redis: redisUrl, swarmId: name });
  await store.connect();
  const worker = {
    ...around,
    store: store.tasks,
    random: createRandom("hangs"),
    agentId: "hangs",
    isLeader: () => false,
  };
  const nothing = (): void => undefined;
  createCapabilityWorker(worker, {
    ...{ name: "work", concurrency: 1, checkInput: nothing, checkResult: nothing },
    handler: never,
  }).start();
}
