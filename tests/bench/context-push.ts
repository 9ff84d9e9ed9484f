/**
 * How soon a change of the shared context is with a hundred subscribers in twenty processes, while nothing else changes and
 * while another section changes as fast as one writer can, up to a thousand times a second; beside as many watches of etcd on
 * the same machine, in the same run.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { createRandom } from "@entrain/kernel";
import { quantile } from "@entrain/core/rhythm";
import { createDocumentRules } from "@entrain/documents";
import { compilePolicy } from "@entrain/reasoners";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createContextDesk, createSystemClock, systemTimers } from "@entrain/runtime";
import { hasEtcd, startEtcd } from "./etcd-server.ts";
import { distribution, single, type Figure, type Peer } from "./figure.ts";
import type { WatcherTask } from "./context-watcher.ts";
import type { Suite } from "./suite.ts";

const suite = "context";
const processes = 20;
const watches = 5;
const probes = 200;
const probeEveryMs = 25;
const busyPerSecond = 1_000;
/** For the last subscriber to have the last change. */
const patienceMs = 10_000;

/** Something that is watched: one key that is probed, another that keeps it busy. */
interface Watched extends AsyncDisposable {
  readonly task: Omit<WatcherTask, "watches">;
  probe(): Promise<void>;
  disturb(): Promise<void>;
}

async function openEntrain(): Promise<Watched> {
  const redis = await acquireTestRedis();
  const swarmId = `bench-${randomUUID()}`;
  const store = createRedisStore({ redis: redis.url, swarmId, clock: createSystemClock(), timers: systemTimers });
  await store.connect();
  const rules = createDocumentRules({ compile: compilePolicy });
  const desk = createContextDesk({ store: store.context, rules, timers: systemTimers, random: createRandom(1) });
  const set = async (section: string, value: string): Promise<void> => {
    await desk.patch({ kind: "merge", patch: { [section]: { sentNs: value } } }, { author: "bench", reason: "" });
  };
  await set("other", "0");
  return {
    task: { kind: "entrain", url: redis.url, swarmId },
    probe: () => set("probe", String(process.hrtime.bigint())),
    disturb: () => set("other", String(process.hrtime.bigint())),
    async [Symbol.asyncDispose]() {
      await store.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}

async function openEtcd(): Promise<Watched> {
  const etcd = await startEtcd();
  const set = async (key: string): Promise<void> => {
    await etcd.client.put(key).value(String(process.hrtime.bigint()));
  };
  await set("other");
  return {
    task: { kind: "etcd", url: etcd.url, swarmId: "" },
    probe: () => set("probe"),
    disturb: () => set("other"),
    [Symbol.asyncDispose]: () => etcd[Symbol.asyncDispose](),
  };
}

/** The subscribers of one watched thing; they report into `latenciesMs`. */
async function startSubscribers(task: Watched["task"], latenciesMs: number[]): Promise<readonly ChildProcess[]> {
  const main = path.join(import.meta.dirname, "context-watcher.ts");
  return await Promise.all(
    Array.from({ length: processes }, async () => {
      const child = spawn(process.execPath, [main, JSON.stringify({ ...task, watches })], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      const lines = createInterface({ input: child.stdout });
      const ready = once(lines, "line");
      await ready;
      lines.on("line", (line) => latenciesMs.push(Number(line)));
      return child;
    }),
  );
}

/** Disturbs until told to stop; answers how often a second. */
function keepBusy(watched: Watched): () => Promise<number> {
  const startedMs = performance.now();
  let [count, isOver] = [0, false];
  const working = (async () => {
    while (!isOver) {
      await watched.disturb();
      count += 1;
      const aheadMs = (count * 1_000) / busyPerSecond - (performance.now() - startedMs);
      if (aheadMs > 2) await delay(aheadMs);
    }
  })();
  return async () => {
    isOver = true;
    await working;
    return count / ((performance.now() - startedMs) / 1_000);
  };
}

interface Measured {
  readonly latenciesMs: readonly number[];
  readonly disturbedPerSecond: number;
}

async function measureWatched(watched: Watched, isBusy: boolean): Promise<Measured> {
  const latenciesMs: number[] = [];
  const subscribers = await startSubscribers(watched.task, latenciesMs);
  const stop = isBusy ? keepBusy(watched) : () => Promise.resolve(0);
  try {
    await watched.probe();
    await delay(1_000);
    latenciesMs.length = 0;
    for (let n = 0; n < probes; n++) {
      await watched.probe();
      await delay(probeEveryMs);
    }
    const disturbedPerSecond = await stop();
    const deadlineMs = performance.now() + patienceMs;
    while (latenciesMs.length < probes * processes * watches && performance.now() < deadlineMs) await delay(20);
    return { latenciesMs, disturbedPerSecond };
  } finally {
    for (const subscriber of subscribers) {
      const gone = once(subscriber, "exit");
      subscriber.stdin?.end();
      await gone;
    }
  }
}

async function* measure(say: (line: string) => void): AsyncGenerator<Figure> {
  const hasPeer = hasEtcd(say);
  for (const isBusy of [false, true]) {
    let peer: Peer | undefined;
    let peerSays = "";
    if (hasPeer) {
      say(`etcd, ${isBusy ? "busy" : "idle"}`);
      await using etcd = await openEtcd();
      const { latenciesMs, disturbedPerSecond } = await measureWatched(etcd, isBusy);
      peer = { name: "etcd watches", p50: quantile(latenciesMs, 0.5) ?? Number.NaN };
      peerSays = `; etcd p99 ${(quantile(latenciesMs, 0.99) ?? Number.NaN).toFixed(1)} ms`;
      if (isBusy) peerSays += ` at ${disturbedPerSecond.toFixed(0)} updates/s`;
    }
    say(`entrain, ${isBusy ? "busy" : "idle"}`);
    await using entrain = await openEntrain();
    const { latenciesMs, disturbedPerSecond } = await measureWatched(entrain, isBusy);
    const load = isBusy ? `${disturbedPerSecond.toFixed(0)} other updates/s` : "nothing else changes";
    const conditions = `${processes * watches} watches in ${processes} processes, ${load}${peerSays}`;
    const named = { suite, conditions, unit: "ms" };
    yield distribution({ ...named, name: "change to subscriber" }, latenciesMs, peer);
    yield single({ ...named, name: "change to subscriber, longest" }, Math.max(...latenciesMs), latenciesMs.length);
    const expected = probes * processes * watches;
    yield single({ ...named, name: "changes told", unit: "share" }, latenciesMs.length / expected, expected);
  }
}

/** Push of a change to many subscribers. */
export const contextSuite: Suite = {
  name: suite,
  about:
    "From the sending of a change of the shared context to each of 100 subscribers in 20 processes, beside etcd's watches " +
    "(its client etcd3) on the same machine, idle and while another section changes.",
  measure,
};
