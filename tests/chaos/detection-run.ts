/**
 * One run over the detection of failures: five processes whose event loops are blocked 8 of every 10 ms at random must not
 * take each other for dead; then one is killed, and must be. Every change of the members is read from the store.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createSystemClock, systemTimers } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { blockedAgentEnv, type BlockedAgentSettings } from "./workers/blocked-agent-settings.ts";

const names = ["a", "b", "c", "d", "e"] as const;
/** What a machine that is busy with others may take, ms. */
const patienceMs = 60_000;

/** How long, and what judges. */
export interface DetectionRun {
  /** How long the blocked processes are watched, ms. */
  readonly watchedMs: number;
  /** Silence after which the store alone judges a member dead, ms: far longer than the run where the probes alone are to. */
  readonly deadAfterMs: number;
}

/** What a run came to. */
export interface DetectionOutcome {
  /** Members that were taken for dead though they lived. */
  readonly falseDeaths: number;
  /** Suspicions that came up while all lived, and were refuted or forgotten. */
  readonly suspicions: number;
  /** From the killing to the death of the member that was killed, ms. */
  readonly killedToDeadMs: number;
}

/** Makes a run. @throws Error where a process cannot be started, or the killed one is never found dead. */
export async function runDetection({ watchedMs, deadAfterMs }: DetectionRun): Promise<DetectionOutcome> {
  await using stack = new AsyncDisposableStack();
  const redis = stack.adopt(await acquireTestRedis(), (server) => server.stop());
  const swarmId = `s-${randomUUID()}`;
  const store = stack.adopt(
    createRedisStore({ redis: redis.url, swarmId, clock: createSystemClock(), timers: systemTimers }),
    (opened) => opened.close(),
  );
  await store.connect();
  const children = await Promise.all(
    names.map(async (agentId) => {
      const settings = { redis: redis.url, swarm: swarmId, agentId, deadAfterMs };
      return stack.adopt(await startBlocked(settings), (child) => child.end());
    }),
  );
  const before = (await store.registry.snapshot()).version;
  await delay(watchedMs);
  const watched = await changesSince(store, before);
  const killedAtMs = performance.now();
  children[0]?.kill();
  await waitFor(
    "the killed one to be dead",
    async () => (await store.registry.snapshot()).members.get("a")?.state === "dead",
    patienceMs,
  );
  return { ...watched, killedToDeadMs: performance.now() - killedAtMs };
}

/** Deaths and suspicions since a version of the members. */
async function changesSince(store: RedisStore, version: number) {
  const changes = await store.registry.changesSince(version);
  if (changes === "resync") throw new Error("the log of the members does not reach back to the beginning of the run");
  return {
    falseDeaths: changes.filter(({ member }) => member.state === "dead").length,
    suspicions: changes.filter(({ member }) => member.state === "alive" && member.suspect === true).length,
  };
}

interface BlockedAgent {
  kill(): void;
  /** Ends it in order; a killed one has ended. */
  end(): Promise<void>;
}

async function startBlocked(settings: BlockedAgentSettings): Promise<BlockedAgent> {
  const main = path.join(import.meta.dirname, "workers", "blocked-agent.ts");
  const child: ChildProcess = spawn(process.execPath, [main], {
    env: blockedAgentEnv(settings),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  child.stdin?.on("error", () => undefined);
  if (child.stdout === null) throw new Error("no standard output");
  await Promise.race([
    once(child.stdout, "data"),
    exited.then(() => Promise.reject(new Error(`${settings.agentId} ended before it was ready`))),
  ]);
  return {
    kill: () => void child.kill("SIGKILL"),
    async end() {
      child.stdin?.end();
      await exited;
    },
  };
}
