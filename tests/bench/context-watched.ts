/**
 * Things that are watched by a hundred subscribers in twenty processes, for the bench of the context: a section of the shared
 * document, its decision policy, or a key of etcd; each with a way to change what is watched and a way to keep it busy elsewhere.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { createRandom } from "@entrain/kernel";
import { defaultPolicy } from "@entrain/core/decision";
import { createDocumentRules } from "@entrain/documents";
import { compilePolicy } from "@entrain/reasoners";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createContextDesk, createSystemClock, initialDocument, systemTimers } from "@entrain/runtime";
import { startEtcd } from "./etcd-server.ts";
import type { WatcherTask } from "./context-watcher.ts";

/** Processes of subscribers. */
export const processes = 20;
/** Subscribers in each. */
export const watches = 5;
/** Changes that are measured. */
export const probes = 200;
const probeEveryMs = 25;
const busyPerSecond = 1_000;
/** For the last subscriber to have the last change. */
const patienceMs = 10_000;

/** Something that is watched: one key that is probed, another that keeps it busy. */
export interface Watched extends AsyncDisposable {
  readonly task: Omit<WatcherTask, "watches">;
  probe(): Promise<void>;
  disturb(): Promise<void>;
}

/** A section of the document, or (`policy`) a threshold of its rules. */
export async function openEntrain(kind: "entrain" | "policy"): Promise<Watched> {
  const redis = await acquireTestRedis();
  const swarmId = `bench-${randomUUID()}`;
  const store = createRedisStore({ redis: redis.url, swarmId, clock: createSystemClock(), timers: systemTimers });
  await store.connect();
  const rules = createDocumentRules({ compile: compilePolicy });
  const desk = createContextDesk({ store: store.context, rules, timers: systemTimers, random: createRandom(1) });
  const set = async (section: string, value: string): Promise<void> => {
    await desk.patch({ kind: "merge", patch: { [section]: { sentNs: value } } }, { author: "bench", reason: "" });
  };
  if (kind === "policy") await store.context.readOrCreate(initialDocument(), "bench");
  await set("other", "0");
  let turn = 0;
  const setThreshold = async (): Promise<void> => {
    const [rule] = defaultPolicy.rules;
    turn += 1;
    const when = `has(t.temperature) && t.temperature >= ${80 + (turn % 10)}.5`;
    const value = { ...rule, when, reasoning: String(process.hrtime.bigint()) };
    const patch = [{ op: "replace", path: "/policy/decision/rules/0", value }];
    await desk.patch({ kind: "json", patch }, { author: "bench", reason: "" });
  };
  return {
    task: { kind, url: redis.url, swarmId },
    probe: kind === "policy" ? setThreshold : () => set("probe", String(process.hrtime.bigint())),
    disturb: () => set("other", String(process.hrtime.bigint())),
    async [Symbol.asyncDispose]() {
      await store.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** A key of etcd. */
export async function openEtcd(): Promise<Watched> {
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
      await Promise.race([once(lines, "line"), once(child, "exit")]);
      if (child.exitCode !== null) throw new Error(`a process of subscribers ended with ${child.exitCode}`);
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

/** What came of it. */
export interface Measured {
  readonly latenciesMs: readonly number[];
  readonly disturbedPerSecond: number;
}

/** Changes what is watched, and gathers how soon each subscriber knew. */
export async function measureWatched(watched: Watched, isBusy: boolean): Promise<Measured> {
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
