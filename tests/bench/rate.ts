/**
 * A shared rate over real processes, while what leads is killed half-way: the primary Redis, of which Sentinels promote the
 * replica, or the coordinator at which all of them refresh their shares. How much of the rate is used, how exactly it is
 * kept, and how many calls to Redis a granted request costs.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { acquireTestRedis, startSentinelSet } from "@entrain/redis-server/testing";
import type { WorkerRedis } from "../chaos/workers/worker-settings.ts";
import { startService } from "../integration/service-process.ts";
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

/** What is killed half-way. */
type Fault = "none" | "primary" | "coordinator";

const faultTexts: Readonly<Record<Fault, string>> = {
  none: "one Redis, no fault",
  primary: `the primary Redis killed after ${forMs / 2_000} s, its replica promoted by Sentinels`,
  coordinator: `at two coordinators, the one that all refresh at killed after ${forMs / 2_000} s`,
};

/** Where the processes refresh their shares, and how that which leads is killed. */
interface Ground extends AsyncDisposable {
  readonly redis: WorkerRedis;
  readonly coordinators: readonly string[];
  kill(): Promise<void> | void;
}

async function openGround(fault: Fault, swarmId: string): Promise<Ground> {
  const stack = new AsyncDisposableStack();
  const dispose = { [Symbol.asyncDispose]: () => stack.disposeAsync() };
  if (fault === "primary") {
    const set = stack.use(await startSentinelSet());
    const sentinels = set.sentinels.map(({ port }) => ({ host: "127.0.0.1", port }));
    return { redis: { sentinels, name: set.group }, coordinators: [], kill: () => set.primary.kill(), ...dispose };
  }
  const redis = stack.use(await acquireTestRedis());
  if (fault === "none") return { redis: redis.url, coordinators: [], kill: () => undefined, ...dispose };
  const env = { ENTRAIN_SWARM: swarmId, REDIS_URL: redis.url };
  const services = [startService("coordinator", env), startService("coordinator", env)];
  for (const service of services) stack.use(service);
  const lines = await Promise.all(services.map((service) => service.ready()));
  const coordinators = lines.map((line) => String(line["grpcAddress"]));
  return { redis: redis.url, coordinators, kill: () => services[0]?.kill(), ...dispose };
}

async function runWorker(task: RateWorkerTask): Promise<RateWorkerAccount> {
  const main = path.join(import.meta.dirname, "rate-worker.ts");
  const child = spawn(process.execPath, [main, JSON.stringify(task)], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${task.holderId} ended with ${code}`);
  return JSON.parse(text) as RateWorkerAccount;
}

async function* measureFleet(fault: Fault, say: (line: string) => void): AsyncGenerator<Figure> {
  const swarmId = `bench-${randomUUID()}`;
  await using ground = await openGround(fault, swarmId);
  const { redis, coordinators } = ground;
  const startUnixMs = Date.now() + leadMs;
  say(`${processes} processes at ${perSecond}/s for ${forMs / 1_000} s: ${faultTexts[fault]}`);
  const task = { redis, coordinators, swarmId, perSecond, offeredPerSecond, startUnixMs, forMs };
  const accounts = Promise.all(
    Array.from({ length: processes }, (_, index) => runWorker({ ...task, holderId: `p-${index}` })),
  );
  const killed = delay(startUnixMs + forMs / 2 - Date.now()).then(() => ground.kill());
  const [all] = await Promise.all([accounts, killed]);
  const seconds = Array.from({ length: forMs / 1_000 }, (_, second) =>
    all.reduce((sum, { granted }) => sum + (granted[second] ?? 0), 0),
  );
  const total = seconds.reduce((sum, one) => sum + one, 0);
  const calls = all.reduce((sum, { storeCalls }) => sum + storeCalls, 0);
  const conditions = `${processes} processes, ${perSecond}/s for ${forMs / 1_000} s, 120 % offered, ${faultTexts[fault]}`;
  const named = { suite: fault === "coordinator" ? `${suite}-coordinator` : suite, conditions };
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

/** The suites: of each three minutes at most. */
export const rateSuites: readonly Suite[] = [
  {
    name: suite,
    about:
      "A rate of 1,000 requests a second shared by 20 processes that together want a fifth more, without a fault and through a " +
      "kill of the primary Redis that leases their shares. All of one process's share comes from its own bucket.",
    async *measure(say) {
      yield* measureFleet("none", say);
      yield* measureFleet("primary", say);
    },
  },
  {
    name: `${suite}-coordinator`,
    about:
      "The same rate shared by 20 processes that refresh their shares at a coordinator, through a kill of that coordinator: they " +
      "go on at the other.",
    measure: (say) => measureFleet("coordinator", say),
  },
];
