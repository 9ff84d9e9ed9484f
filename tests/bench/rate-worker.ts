/**
 * A process that shares a rate: offers takes at a steady pace from one instant to another, and prints what was granted in
 * which second, and how often it called the store.
 */
import { createRandom } from "@entrain/kernel";
import { createRedisStore } from "@entrain/redis";
import { createRateDesk, createSystemClock, systemTimers } from "@entrain/runtime";
import type { RateStore } from "@entrain/ports";
import { createBudgetClient } from "@entrain/rpc";
import type { WorkerRedis } from "../chaos/workers/worker-settings.ts";
import { openLoop } from "./open-loop.ts";

/** What a worker is told, and what it says. */
export interface RateWorkerTask {
  readonly redis: WorkerRedis;
  /** It refreshes its share at these instead of Redis, at the next where one does not answer; none: at Redis. */
  readonly coordinators: readonly string[];
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

interface Door {
  readonly rates: RateStore;
  close(): Promise<void> | void;
}

async function openDoor({ redis, coordinators, swarmId }: RateWorkerTask): Promise<Door> {
  if (coordinators.length === 0) {
    const store = createRedisStore({ redis, swarmId, clock: createSystemClock(), timers: systemTimers });
    await store.connect();
    return store;
  }
  const clients = coordinators.map((address) => createBudgetClient(address, { swarmId, insecure: false }));
  let at = 0;
  const ask = async <T>(call: (rates: RateStore) => Promise<T>): Promise<T> => {
    try {
      return await call(clients[at % clients.length]!.rates);
    } catch (thrown) {
      at += 1;
      throw thrown;
    }
  };
  return {
    rates: {
      refresh: (rate, request) => ask((rates) => rates.refresh(rate, request)),
      release: (rate, holder) => ask((rates) => rates.release(rate, holder)),
    },
    close() {
      for (const client of clients) client.close();
    },
  };
}

async function work(task: RateWorkerTask): Promise<RateWorkerAccount> {
  const clock = createSystemClock();
  const { holderId, perSecond, offeredPerSecond, startUnixMs, forMs } = task;
  const door = await openDoor(task);
  let storeCalls = 0;
  const desk = createRateDesk({
    store: {
      refresh(rate, request) {
        storeCalls += 1;
        return door.rates.refresh(rate, request);
      },
      release: (rate, holder) => door.rates.release(rate, holder),
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
  // Timers of the library keep no process alive, and while the primary is away there is no connection that would.
  const alive = setInterval(() => undefined, 1_000);
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, startUnixMs - Date.now())));
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
  clearInterval(alive);
  await desk.stop();
  await door.close();
  return { granted, storeCalls, waitsMs };
}

if (process.argv[2] !== undefined) {
  const account = await work(JSON.parse(process.argv[2]) as RateWorkerTask);
  process.stdout.write(JSON.stringify(account));
}
