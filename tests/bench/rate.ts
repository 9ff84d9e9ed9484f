/**
 * A shared rate over real processes and a real Redis that is killed half-way: how much of the rate is used, how exactly it
 * is kept, and how many calls to Redis a granted request costs.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { distribution, single, type Figure } from "./figure.ts";
import type { RateWorkerAccount, RateWorkerTask } from "./rate-worker.ts";
import type { Suite } from "./suite.ts";

const suite = "rate";
const processes = 20;
const perSecond = 1_000;
/** A fifth more than there is. */
const offeredPerSecond = (1.2 * perSecond) / processes;
const forMs = 60_000;
/** For twenty processes to be there. */
const leadMs = 12_000;
/** How long Redis is away. */
const awayMs = 1_000;

async function runWorker(task: RateWorkerTask): Promise<RateWorkerAccount> {
  const main = path.join(import.meta.dirname, "rate-worker.ts");
  const child = spawn(process.execPath, [main, JSON.stringify(task)], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${task.holderId} ended with ${code}`);
  return JSON.parse(text) as RateWorkerAccount;
}

async function* measureFleet(kill: boolean, say: (line: string) => void): AsyncGenerator<Figure> {
  await using redis = await acquireTestRedis();
  const startUnixMs = Date.now() + leadMs;
  const swarmId = `bench-${randomUUID()}`;
  say(`${processes} processes at ${perSecond}/s for ${forMs / 1_000} s${kill ? ", Redis killed half-way" : ""}`);
  const accounts = Promise.all(
    Array.from({ length: processes }, (_, index) =>
      runWorker({
        redis: redis.url,
        swarmId,
        holderId: `p-${index}`,
        perSecond,
        offeredPerSecond,
        startUnixMs,
        forMs,
      }),
    ),
  );
  const faults = kill ? killHalfWay(redis, startUnixMs) : Promise.resolve();
  const [all] = await Promise.all([accounts, faults]);
  const seconds = Array.from({ length: forMs / 1_000 }, (_, second) =>
    all.reduce((sum, { granted }) => sum + (granted[second] ?? 0), 0),
  );
  const total = seconds.reduce((sum, one) => sum + one, 0);
  const calls = all.reduce((sum, { storeCalls }) => sum + storeCalls, 0);
  const what = kill ? `Redis killed after ${forMs / 2_000} s, back after ${awayMs / 1_000} s` : "no fault";
  const conditions = `${processes} processes, ${perSecond}/s for ${forMs / 1_000} s, 120 % offered, ${what}`;
  const named = { suite, conditions };
  const allowed = { name: "the rate times the time", p50: (perSecond * forMs) / 1_000 };
  yield single({ ...named, name: "granted in all", unit: "requests" }, total, total, allowed);
  yield single({ ...named, name: "most in a second", unit: "requests" }, Math.max(...seconds), seconds.length);
  yield single({ ...named, name: "least in a second", unit: "requests" }, Math.min(...seconds), seconds.length);
  yield single({ ...named, name: "calls to Redis for a granted request", unit: "calls" }, calls / total, total);
  yield distribution(
    { ...named, name: "wait of a granted request", unit: "ms" },
    all.flatMap(({ waitsMs }) => waitsMs),
  );
}

async function killHalfWay(
  redis: { kill(): Promise<void>; restart(): Promise<void> },
  startUnixMs: number,
): Promise<void> {
  await delay(startUnixMs + forMs / 2 - Date.now());
  await redis.kill();
  await delay(awayMs);
  await redis.restart();
}

/** The suite. */
export const rateSuite: Suite = {
  name: suite,
  about:
    "A rate of 1,000 requests a second shared by 20 processes that together want a fifth more, with and without a kill " +
    "of the Redis that leases their shares. All of one process's share comes from its own bucket.",
  async *measure(say) {
    yield* measureFleet(false, say);
    yield* measureFleet(true, say);
  },
};
