/**
 * One run over sessions: processes do the tasks of sessions and drive them, while processes of both kinds are killed at random
 * and started again. Every task must count, and once: the sum that each session comes to says so, and so does the store's own
 * count of results.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import path from "node:path";
import { createRandom } from "@entrain/kernel";
import { patterns, sessionTaskId } from "@entrain/core/session";
import { createSessionExpressions } from "@entrain/reasoners";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createSessionDesk, createSystemClock, systemTimers, type SessionDesk } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { laborerEnv, type LaborerSettings } from "./workers/laborer-settings.ts";

const main = path.join(import.meta.dirname, "workers", "laborer.ts");
/** How long a run may take. */
const runMs = 170_000;

/** What a run is to be. */
export interface SessionsRun {
  readonly seed: number;
  readonly workers: number;
  readonly drivers: number;
  readonly sessions: number;
  readonly tasksPerSession: number;
  readonly kills: number;
  /** How long a task takes, ms (default 5 to 25). */
  readonly workMs?: LaborerSettings["workMs"];
}

/** What a run came to. */
export interface SessionsOutcome {
  readonly tasks: number;
  readonly kills: number;
  /** Tries whose holder vanished with it. */
  readonly vanished: number;
  /** Owners that sessions had beyond their first. */
  readonly takeovers: number;
  /** From the kill of each owner of a session to its successor's first entry in the log, ms, in ascending order. */
  readonly takeoversMs: readonly number[];
  /** Of these, the ones for which another driver was there all the time. */
  readonly undisturbedMs: readonly number[];
  /** Each a sentence; none is good. */
  readonly violations: readonly string[];
}

/** Runs and judges. */
export async function runSessions(run: SessionsRun): Promise<SessionsOutcome> {
  await using cleanUp = new AsyncDisposableStack();
  const redis = cleanUp.use(await acquireTestRedis());
  const swarmId = `sessions-${randomUUID()}`;
  const around = { clock: createSystemClock(), timers: systemTimers };
  // Who only looks on can wait, however busy the machine is with starting processes.
  const store = createRedisStore({ ...around, redis: redis.url, swarmId, requestTimeoutMs: 10_000 });
  cleanUp.defer(() => store.close());
  await store.connect();
  const desk = createSessionDesk({
    sessions: store.sessions,
    tasks: store.tasks,
    timers: systemTimers,
    patterns: new Map(patterns.map((pattern) => [pattern.name, pattern])),
    checkExpression: createSessionExpressions().check,
    nextSessionId: randomUUID,
  });
  const fleet = startFleet({ ...run, redisUrl: redis.url, swarmId });
  cleanUp.defer(() => fleet.stop());
  await waitFor(
    "somebody can do the work",
    async () => "square" in (await store.tasks.figures(0)).capabilities,
    30_000,
  );
  const ids = await Promise.all(Array.from({ length: run.sessions }, (_, at) => createOne(desk, run, at)));
  const killing = killAtRandom(run, fleet, store);
  const ends = await Promise.all(ids.map((sessionId) => desk.wait(sessionId, { timeoutMs: runMs })));
  killing.stop();
  const violations = ends.flatMap(({ state, cause, result }, at) =>
    state === "converged" && result === sumOfSquares(run, at)
      ? []
      : [`session ${at} is ${state} (${cause}) with ${JSON.stringify(result)} instead of ${sumOfSquares(run, at)}`],
  );
  // A session ends a moment before the task that drove it; where its driver was killed in between, another ends the task.
  const driving = ids.map((sessionId) => sessionTaskId(sessionId));
  await waitFor(
    "the tasks that drove the sessions are done",
    async () => (await store.tasks.read(driving)).filter(({ state }) => state === "done").length === driving.length,
    30_000,
  );
  const { counts } = await store.tasks.figures(0);
  const results = (counts["done"] ?? 0) - run.sessions;
  const wanted = run.sessions * run.tasksPerSession;
  if (results !== wanted) violations.push(`${results} results counted instead of ${wanted}`);
  const taken = await takeoversOf(store, ids, fleet.lives());
  return { tasks: wanted, kills: fleet.killed(), vanished: counts["vanished"] ?? 0, ...taken, violations };
}

const numbersOf = ({ tasksPerSession }: SessionsRun, at: number): readonly number[] =>
  Array.from({ length: tasksPerSession }, (_, n) => at * tasksPerSession + n);

const sumOfSquares = (run: SessionsRun, at: number): number => numbersOf(run, at).reduce((sum, n) => sum + n * n, 0);

function createOne(desk: SessionDesk, run: SessionsRun, at: number): Promise<string> {
  const each = { capability: "square", triesMax: 50, leaseMs: 1_000 };
  const pattern = { pattern: "parallel-merge", over: numbersOf(run, at), each, merge: "sum", concurrency: 100 };
  return desk.create({ sessionId: `s-${at}`, pattern, timeoutMs: runMs });
}

/** From when on a driver was there, and when it was killed, Unix ms; Infinity: not yet, not at all. */
interface DriverLife {
  readonly agentId: string;
  startedMs: number;
  killedMs: number;
}

interface Fleet {
  readonly killed: () => number;
  readonly lives: () => readonly DriverLife[];
  /** Kills one process, and starts another in its place. */
  kill(at: number): void;
  readonly size: number;
  stop(): Promise<void>;
}

function startFleet(run: SessionsRun & { readonly redisUrl: string; readonly swarmId: string }): Fleet {
  const { redisUrl, swarmId, workMs = { least: 5, most: 25 } } = run;
  const children: ChildProcess[] = [];
  const drivers: DriverLife[] = [];
  const present = new Map<number, DriverLife>();
  let [lives, killed, stopping] = [0, 0, false];

  function start(at: number): void {
    lives += 1;
    const agentId = `agent-${at}-${lives}`;
    const drives = at < run.drivers;
    const settings = { redisUrl, swarmId, agentId, drives, workMs };
    const child = spawn(process.execPath, [main], { env: laborerEnv(settings), stdio: ["pipe", "pipe", "inherit"] });
    const life = { agentId, startedMs: Infinity, killedMs: Infinity };
    child.stdout.once("data", () => {
      life.startedMs = Date.now();
    });
    if (drives) {
      drivers.push(life);
      present.set(at, life);
    }
    child.stdin.on("error", () => undefined);
    children[at] = child;
    child.on("exit", () => {
      if (!stopping) start(at);
    });
  }

  const size = run.workers + run.drivers;
  for (let at = 0; at < size; at++) start(at);
  return {
    size,
    killed: () => killed,
    lives: () => drivers,
    kill(at) {
      if (children[at]?.kill("SIGKILL") !== true) return;
      killed += 1;
      const life = present.get(at);
      if (life !== undefined) life.killedMs = Math.min(life.killedMs, Date.now());
    },
    async stop() {
      stopping = true;
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const exited = once(child, "exit");
          child.stdin?.end();
          await exited;
        }),
      );
    },
  };
}

/** Kills by the progress of the work, so that the kills are spread over it however fast it goes. */
function killAtRandom(run: SessionsRun, fleet: Fleet, store: RedisStore): { stop(): void } {
  const random = createRandom(`sessions/${run.seed}`);
  const whole = run.sessions * run.tasksPerSession;
  let ended = 0;
  // Every second one is a driver, each in turn: one of them may drive everything.
  const nextVictim = (killed: number): number =>
    killed % 2 === 0 ? (killed / 2) % run.drivers : run.drivers + random.int(run.workers);
  const unwatch = store.tasks.watch(({ ended: tasks }) => {
    ended += tasks.length;
    if (fleet.killed() < run.kills && ended >= ((fleet.killed() + 1) * whole) / (run.kills + 1))
      fleet.kill(nextVictim(fleet.killed()));
  });
  return { stop: unwatch };
}

async function takeoversOf(store: RedisStore, ids: readonly string[], lives: readonly DriverLife[]) {
  let takeovers = 0;
  const [takeoversMs, undisturbedMs]: [number[], number[]] = [[], []];
  for (const sessionId of ids) {
    const entries = (await store.sessions.read(sessionId, 0))?.entries ?? [];
    const all = entries.flatMap(({ event, atMs }) => (event.kind === "owned" ? [{ owner: event.owner, atMs }] : []));
    // An owner that read the log anew is the same one.
    const owned = all.filter(({ owner }, index) => owner !== all[index - 1]?.owner);
    takeovers += Math.max(0, owned.length - 1);
    for (const [index, { atMs }] of owned.entries()) {
      const previous = owned[index - 1]?.owner;
      const diedMs = lives.find(({ agentId }) => agentId === previous)?.killedMs ?? Infinity;
      // One that was too slow to keep it was not killed, or later.
      if (diedMs > atMs) continue;
      const tookMs = atMs - diedMs;
      takeoversMs.push(tookMs);
      if (lives.some(({ startedMs, killedMs }) => startedMs < diedMs && killedMs > atMs)) undisturbedMs.push(tookMs);
    }
  }
  const ascending = (list: readonly number[]): readonly number[] => list.toSorted((a, b) => a - b);
  return { takeovers, takeoversMs: ascending(takeoversMs), undisturbedMs: ascending(undisturbedMs) };
}
