/**
 * One run of a swarm, from nothing to nothing. The order of effects:
 *   1. Redis, then the services that agents lean on, then the agents, a few at a time;
 *   2. readiness as the console's API shows it; one injected incident; figures and events until the end;
 *   3. the summary, from the console's API, before any agent is stopped;
 *   4. agents, services, Redis, in this order; then the private files.
 * Whatever fails or interrupts, step 4 happens.
 */
import { availableParallelism } from "node:os";
import type { Config } from "@entrain/config";
import { EntrainError } from "@entrain/kernel";
import { storeAddress, storeName } from "@entrain/service";
import type { Account } from "../account/account-event.ts";
import { exitCodeOf, exitCodes } from "../exit-code.ts";
import { startGuard } from "../supervisor/guard.ts";
import { createSupervisor } from "../supervisor/supervisor.ts";
import { createAgentRoll } from "./agent-roll.ts";
import type { Interruption } from "./interruption.ts";
import { obtainRedis, type RedisEvent, type SwarmRedis } from "./obtain-redis.ts";
import { lastLook, observe } from "./observe.ts";
import { createTimeline, type Run } from "./run.ts";
import { createRunDirectory } from "./run-directory.ts";
import { setUp } from "./set-up.ts";
import { shutDown } from "./shut-down.ts";
import { planHosts } from "./swarm-plan.ts";
import type { UpOptions } from "./up-options.ts";

/** What surrounds a run. */
export interface RunWorld {
  readonly env: NodeJS.ProcessEnv;
  readonly config: Config<"cli">;
  readonly version: string;
  readonly account: Account;
  readonly interruption: Interruption;
}

/**
 * Runs a swarm to its end; answers the exit code. When it settles, everything that was started has ended.
 * @throws EntrainError `store-unavailable` where there is no Redis to run on
 */
export async function runSwarm(options: UpOptions, world: RunWorld): Promise<number> {
  const run = prepare(options, world);
  const { interruption } = world;
  let redis: SwarmRedis | undefined;
  let endedAt = performance.now();
  interruption.signal.addEventListener("abort", () => {
    endedAt = performance.now();
  });
  let keepLogs = false;
  try {
    tellPlan(run, world.version);
    redis = await startRedis(run, world.config);
    keepLogs = true;
    const exitCode = await live(run, redis.serviceEnv);
    keepLogs = exitCode !== exitCodes.done;
    return exitCode;
  } catch (thrown) {
    if (!interruption.signal.aborted) throw thrown;
    tellStop(run);
    return exitCodes.done;
  } finally {
    if (!interruption.signal.aborted) endedAt = performance.now();
    await shutDown(run, redis, endedAt, keepLogs);
  }
}

/** From the first service to the summary. A failure on the way gives a summary too, so that it is always the last word. */
async function live(run: Run, redisEnv: NodeJS.ProcessEnv): Promise<number> {
  const { account, interruption, options, timeline } = run;
  try {
    const { console, swarm } = await setUp(run, redisEnv);
    timeline.markReady();
    account.tell({ kind: "ready", url: console.url, afterMs: timeline.sinceStartMs(), swarm });
    await observe(run, console);
    if (interruption.signal.aborted) tellStop(run);
    const sinceReadyMs = timeline.sinceReadyMs();
    const last = await lastLook(run, console);
    account.tell({ kind: "summary", sinceReadyMs, swarm: last.swarm, ...last.verdict });
    if (interruption.signal.aborted || options.forMs === undefined || last.verdict.held) return exitCodes.done;
    return exitCodes.failed;
  } catch (thrown) {
    const error = EntrainError.from(thrown);
    if (interruption.signal.aborted) tellStop(run);
    account.tell({ kind: "summary", sinceReadyMs: 0, swarm: undefined, held: false, reasons: [error.message] });
    return interruption.signal.aborted ? exitCodes.done : exitCodeOf(error);
  }
}

function prepare(options: UpOptions, { env, config, account, interruption }: RunWorld): Run {
  const directory = createRunDirectory();
  const guard = startGuard(directory.redisDir);
  const hosts = planHosts(options.agents, availableParallelism());
  const roll = createAgentRoll(hosts);
  const timeline = createTimeline();
  const supervisor = createSupervisor({
    guard,
    chance: Math.random,
    onEvent: (event) => {
      roll.hear(event);
      if (event.kind === "ready") account.tell({ ...event, kind: "service" });
      else account.tell({ kind: "ended", sinceReadyMs: timeline.sinceReadyMs(), event });
    },
  });
  const swarmId = config.given.includes("ENTRAIN_SWARM") ? config.swarmId : `demo-${directory.runId}`;
  const { httpHost } = config;
  return {
    options,
    env,
    swarmId,
    httpHost,
    token: config.token ?? config.httpOperators?.[0]?.secret,
    account,
    interruption,
    directory,
    guard,
    supervisor,
    hosts,
    roll,
    timeline,
  };
}

/** The guard follows the keeper of the private Redis from life to life. */
async function startRedis(run: Run, config: Config<"cli">): Promise<SwarmRedis> {
  const { account, guard, env, directory, interruption } = run;
  const started: { redis?: SwarmRedis } = {};
  let watched: number | undefined;
  const watchKeeper = (): void => {
    const pid = started.redis?.keeperPid;
    if (pid === watched) return;
    if (watched !== undefined) guard.forget(watched);
    if (pid !== undefined) guard.watch(pid);
    watched = pid;
  };
  const redis = await obtainRedis({
    env,
    named: isRedisNamed(config) ? { redis: storeAddress(config), name: storeName(config) } : undefined,
    swarmId: run.swarmId,
    singleRun: !config.given.includes("ENTRAIN_SWARM"),
    dir: directory.redisDir,
    signal: interruption.signal,
    onNote: (text) => account.tell({ kind: "note", text }),
    onEvent: (event) => {
      watchKeeper();
      tellRedis(run, event);
    },
  });
  started.redis = redis;
  watchKeeper();
  const { description, port = null, serverPid = null } = redis;
  account.tell({ kind: "redis", text: description, port, pid: serverPid });
  return redis;
}

function isRedisNamed({ given }: Config<"cli">): boolean {
  const naming = ["REDIS_URL", "ENTRAIN_REDIS_URL", "ENTRAIN_REDIS_URL_FILE"];
  return [...naming, "ENTRAIN_REDIS_SENTINELS", "ENTRAIN_REDIS_CLUSTER"].some((name) => given.includes(name));
}

function tellRedis({ account }: Run, event: RedisEvent): void {
  if (event.kind === "died") account.tell({ kind: "note", text: "Redis died; it is started again" });
  if (event.kind === "restarted") {
    const text = `started again, number ${event.restarts + 1}`;
    account.tell({ kind: "redis", text, port: event.port, pid: event.pid });
  }
}

function tellPlan(run: Run, version: string): void {
  const { account, directory, hosts, options, swarmId } = run;
  const { agents, periodMs, goal } = options;
  const processes = hosts.length;
  account.tell({ kind: "plan", version, swarmId, agents, processes, periodMs, goal, runDir: directory.path });
}

function tellStop({ account, interruption }: Run): void {
  account.tell({ kind: "stopping", because: String(interruption.signal.reason) });
}
