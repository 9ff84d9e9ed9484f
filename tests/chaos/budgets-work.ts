/**
 * The processes of a chaos run over budgets, and what is done to them: some go to Redis, others to coordinators; of each some
 * are killed, and Redis may be killed and started again under all of them.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { createRandom } from "@entrain/kernel";
import type { TestRedis } from "@entrain/redis-server/testing";
import { startService, type ServiceProcess } from "../integration/service-process.ts";
import { allocatorEnv, type AllocatorLine, type AllocatorSettings } from "./workers/allocator-settings.ts";
import type { Mutation } from "./workers/worker-settings.ts";

const main = path.join(import.meta.dirname, "workers", "allocator.ts");
const leaseMs = 300;

/** What a run is to be. */
export interface BudgetsRun {
  readonly seed: number;
  readonly processes: number;
  /** So many of the processes go to coordinators instead of Redis (default 0). */
  readonly remote?: number;
  /** Coordinators, of which all but one are killed in the course of the run (default 0). */
  readonly coordinators?: number;
  /** Answered commands at which the run ends. */
  readonly commands: number;
  readonly kills: number;
  /** Redis is killed half-way and started again (default false): then nothing new is granted for a minute (S1). */
  readonly restartsRedis?: boolean;
  /** Broken in all processes that go to Redis. */
  readonly mutation?: Mutation;
}

/** What the processes said. */
export interface WorkTally {
  commands: number;
  again: number;
  repeated: number;
  waited: number;
  kills: number;
  coordinatorKills: number;
  restarts: number;
  readonly violations: string[];
}

/** The work under way. */
export interface Work {
  /** Resolves when enough was answered; rejects where a process ended by itself. */
  readonly done: Promise<void>;
  readonly tally: Readonly<WorkTally>;
  /** Lets all processes end by themselves. */
  stop(): Promise<void>;
}

/** Starts coordinators and processes; `onKill` is told of each kill. */
export async function startWork(
  run: BudgetsRun,
  around: { readonly redis: TestRedis; readonly swarmId: string; readonly onKill: (kills: number) => void },
): Promise<Work> {
  const { redis, swarmId } = around;
  const services = await startCoordinators(run.coordinators ?? 0, redis.url, swarmId);
  const random = createRandom(`budgets/${run.seed}`);
  const workers: ChildProcess[] = [];
  const finished = Promise.withResolvers<undefined>();
  const tally: WorkTally = {
    ...{ commands: 0, again: 0, repeated: 0, waited: 0, kills: 0, coordinatorKills: 0, restarts: 0 },
    violations: [],
  };
  let [lives, stopping] = [0, false];
  let restart: Promise<void> = Promise.resolve();

  function start(at: number): void {
    lives += 1;
    const coordinators = at < (run.remote ?? 0) ? services.addresses : [];
    const own = { redisUrl: redis.url, coordinators, swarmId, leaseMs, mutation: run.mutation };
    const settings: AllocatorSettings = { ...own, seed: `${run.seed}/${lives}` };
    const child = spawn(process.execPath, [main], { env: allocatorEnv(settings), stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.on("error", () => undefined);
    workers[at] = child;
    createInterface({ input: child.stdout }).on("line", (text) => {
      onLine(JSON.parse(text) as AllocatorLine);
    });
    child.on("exit", (code, signal) => {
      if (stopping) return;
      if (signal === "SIGKILL") start(at);
      else finished.reject(new Error(`an allocator ended with ${code}`));
    });
  }

  function onLine({ violations, ...counts }: AllocatorLine): void {
    for (const name of ["commands", "again", "repeated", "waited"] as const) tally[name] += counts[name];
    tally.violations.push(...violations);
    const isDue = (done: number, of: number): boolean =>
      done < of && tally.commands >= ((done + 1) * run.commands) / (of + 1);
    if (isDue(tally.kills, run.kills)) {
      tally.kills += 1;
      workers[random.int(run.processes)]?.kill("SIGKILL");
      around.onKill(tally.kills);
    }
    if (isDue(tally.coordinatorKills, (run.coordinators ?? 1) - 1)) services.running[tally.coordinatorKills++]?.kill();
    if (isDue(tally.restarts, run.restartsRedis === true ? 1 : 0)) {
      tally.restarts += 1;
      restart = redis.kill().then(() => redis.restart());
      restart.catch(finished.reject);
    }
    if (tally.commands >= run.commands) finished.resolve(undefined);
  }

  for (let at = 0; at < run.processes; at++) start(at);
  return {
    done: finished.promise,
    tally,
    async stop() {
      stopping = true;
      await restart;
      await Promise.all(workers.map(endChild));
      await Promise.all(services.running.map((service) => service[Symbol.asyncDispose]()));
    },
  };
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.stdin?.end();
  await exited;
}

async function startCoordinators(
  count: number,
  url: string,
  swarmId: string,
): Promise<{ readonly running: readonly ServiceProcess[]; readonly addresses: readonly string[] }> {
  const env = { ENTRAIN_SWARM: swarmId, REDIS_URL: url, ENTRAIN_STORE_TIMEOUT: "4s", ENTRAIN_LEASE: "5s" };
  const running = Array.from({ length: count }, () => startService("coordinator", env));
  const lines = await Promise.all(running.map((service) => service.ready()));
  return { running, addresses: lines.map((line) => String(line["grpcAddress"])) };
}
