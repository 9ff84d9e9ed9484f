/**
 * A process that shares a rate: offers takes at a steady pace from one instant to another, and prints what was granted in
 * which second, and how often it called the store.
 */
import { createRandom } from "@entrain/kernel";
import { createRedisStore } from "@entrain/redis";
import { createRateDesk, createSystemClock, systemTimers } from "@entrain/runtime";
import { openLoop } from "./open-loop.ts";

/** What a worker is told, and what it says. */
export interface RateWorkerTask {
  readonly redis: string;
  readonly swarmId: string;
  readonly holderId: string;
  readonly perSecond: number;
  readonly offeredPerSecond: number;
  readonly startUnixMs: number;
  readonly forMs: number;
}

/** Its account. */
export interface RateWorkerAccount {
  /** Grants by second since the start. */
  readonly granted: readonly number[];
  readonly storeCalls: number;
  readonly waitsMs: readonly number[];
}

async function work(task: RateWorkerTask): Promise<RateWorkerAccount> {
  const clock = createSystemClock();
  const { redis, swarmId, holderId, perSecond, offeredPerSecond, startUnixMs, forMs } = task;
  const store = createRedisStore({ redis, swarmId, clock, timers: systemTimers });
  await store.connect();
  let storeCalls = 0;
  const desk = createRateDesk({
    store: {
      refresh(rate, request) {
        storeCalls += 1;
        return store.rates.refresh(rate, request);
      },
      release: (rate, holder) => store.rates.release(rate, holder),
    },
    clock,
    timers: systemTimers,
    random: createRandom(holderId),
    events: () => undefined,
    holderId,
  });
  const rate = desk.rate("upstream", { perSecond });
  const granted = Array.from({ length: Math.ceil(forMs / 1_000) }, () => 0);
  const waitsMs: number[] = [];
  await new Promise((resolve) => setTimeout(resolve, startUnixMs - Date.now()));
  await openLoop(offeredPerSecond, forMs, async () => {
    const askedMs = clock.monoMs();
    const taken = await rate.take({ timeoutMs: 500 }).then(
      () => true,
      () => false,
    );
    const second = Math.floor((clock.unixMs() - startUnixMs) / 1_000);
    if (!taken || granted[second] === undefined) return;
    granted[second] += 1;
    waitsMs.push(clock.monoMs() - askedMs);
  });
  await desk.stop();
  await store.close();
  return { granted, storeCalls, waitsMs };
}

if (process.argv[2] !== undefined) {
  const account = await work(JSON.parse(process.argv[2]) as RateWorkerTask);
  process.stdout.write(JSON.stringify(account));
}
