/** A process of a run over messages: handles those of one group, until its input ends. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { createRandom } from "@entrain/kernel";
import { createRedisStore } from "@entrain/redis";
import { createBusDesk, createSystemClock, systemTimers } from "@entrain/runtime";
import { receiverSettings } from "./receiver-settings.ts";

const { redisUrl, swarmId, agentId, group } = receiverSettings();
const clock = createSystemClock();
const store = createRedisStore({ redis: redisUrl, swarmId, clock, timers: systemTimers });
const around = { clock, timers: systemTimers, events: () => undefined, agentId };
const bus = createBusDesk({ ...around, store: store.bus, random: createRandom(agentId), nextId: randomUUID });
bus.subscribe<number>(
  "numbers/+",
  async (n, { signal }) => {
    // Long enough to be killed in the middle of.
    await delay(5 + (n % 20), undefined, { signal });
    return { add: { count: 1, sum: n } };
  },
  { group, concurrency: 4, leaseMs: 1_000, triesMax: 50 },
);
process.stdin
  .on("end", () => {
    void bus.stop(2_000).then(() => store.close());
  })
  .resume();
await store.connect();
bus.start();
