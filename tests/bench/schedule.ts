/**
 * An hourly job on 100 agents, an hour scaled down: how many run it at once, beside placements by hash and by chance, which
 * are computed for the same agents in the same run. A quarter of the agents is killed half-way.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { createRandom, hash32 } from "@entrain/kernel";
import { quantile } from "@entrain/core/rhythm";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { distribution, single, type Figure } from "./figure.ts";
import type { ScheduleWorkerRun, ScheduleWorkerTask } from "./schedule-worker.ts";
import type { Suite } from "./suite.ts";

const suite = "schedule";
const agents = 100;
const processes = 4;
/** An hour, scaled down by 120. */
const periodMs = 30_000;
const hourScale = 3_600_000 / periodMs;
/** How long a run takes, ms of the real hour. */
const runsMs = [30_000, 300_000, 600_000] as const;
const draws = 200;

interface Worker {
  readonly runs: readonly ScheduleWorkerRun[];
  kill(): Promise<void>;
  end(): Promise<void>;
}

async function startWorker(task: ScheduleWorkerTask): Promise<Worker> {
  const main = path.join(import.meta.dirname, "schedule-worker.ts");
  const child = spawn(process.execPath, [main, JSON.stringify(task)], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  await once(lines, "line");
  const runs: ScheduleWorkerRun[] = [];
  lines.on("line", (line) => runs.push(JSON.parse(line) as ScheduleWorkerRun));
  return {
    runs,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    async end() {
      child.stdin.end();
      await exited;
    },
  };
}

/** Most runs at the same time, of runs that begin at these instants of a cycle (ms) and come again with each cycle. */
function peakOf(begunAtMs: readonly number[], runMs: number): number {
  const phases = begunAtMs.map((ms) => ((ms % periodMs) + periodMs) % periodMs);
  const open = (at: number, begun: number): boolean => (at - begun + periodMs) % periodMs < runMs;
  return Math.max(...phases.map((at) => phases.filter((begun) => open(at, begun)).length));
}

function* figuresOf(when: string, begunAtMs: readonly number[], ids: readonly string[]): Generator<Figure> {
  const random = createRandom("jitter");
  const byHash = ids.map((id) => (hash32(id) / 2 ** 32) * periodMs);
  for (const hourMs of runsMs) {
    const runMs = hourMs / hourScale;
    const ideal = Math.ceil((ids.length * runMs) / periodMs);
    const conditions = `${ids.length} agents, an hour in ${periodMs / 1_000} s, runs of ${hourMs / 60_000} min, ${when}`;
    const named = { suite, conditions, unit: "runs at once" };
    const peer = { name: "the least possible", p50: ideal };
    const byChance = Array.from({ length: draws }, () =>
      peakOf(
        ids.map(() => random.next() * periodMs),
        runMs,
      ),
    );
    yield single({ ...named, name: "peak, spread by rank" }, peakOf(begunAtMs, runMs), ids.length, peer);
    yield single({ ...named, name: "peak, placed by hash" }, peakOf(byHash, runMs), ids.length, peer);
    yield single({ ...named, name: "peak, random jitter" }, quantile(byChance, 0.5) ?? 0, draws, peer);
  }
}

/** The runs of one cycle; everyone that is alive must have run once. @throws Error where that is not so */
function cycleOf(workers: readonly Worker[], cycle: number, ids: readonly string[]): readonly ScheduleWorkerRun[] {
  const runs = workers.flatMap((worker) =>
    worker.runs.filter(({ fireAtMs }) => Math.floor(fireAtMs / periodMs) === cycle),
  );
  const ran = new Set(runs.map(({ agentId }) => agentId));
  if (runs.length !== ids.length || ids.some((id) => !ran.has(id)))
    throw new Error(`cycle ${cycle}: ${runs.length} runs of ${ran.size} agents, not one each of ${ids.length}`);
  return runs;
}

const untilCycle = (cycle: number, afterMs = 1_000): Promise<void> =>
  delay(Math.max(0, cycle * periodMs + afterMs - Date.now()));

async function* measure(say: (line: string) => void): AsyncGenerator<Figure> {
  await using redis = await acquireTestRedis();
  const swarmId = `bench-${randomUUID()}`;
  const ids = Array.from({ length: agents }, (_, index) => `agent-${index}`);
  const each = agents / processes;
  const workers: Worker[] = [];
  try {
    for (let from = 0; from < agents; from += each)
      workers.push(await startWorker({ redis: redis.url, swarmId, agentIds: ids.slice(from, from + each), periodMs }));
    const first = Math.floor(Date.now() / periodMs) + 1;
    say(`${agents} agents in ${processes} processes; a cycle takes ${periodMs / 1_000} s`);
    await untilCycle(first + 1);
    const before = cycleOf(workers, first, ids);
    yield* figuresOf(
      "all of them",
      before.map(({ begunAtMs }) => begunAtMs),
      ids,
    );
    await untilCycle(first + 1, periodMs / 2);
    say("a quarter of them is killed");
    const [victim, ...rest] = workers;
    await victim?.kill();
    const left = ids.slice(each);
    await untilCycle(first + 3);
    const after = cycleOf(rest, first + 2, left);
    yield* figuresOf(
      "a quarter killed a cycle before",
      after.map(({ begunAtMs }) => begunAtMs),
      left,
    );
    const lateMs = [...before, ...after].map(({ fireAtMs, begunAtMs }) => begunAtMs - fireAtMs);
    const conditions = `${agents} agents in ${processes} processes, on Redis's clock`;
    yield distribution({ suite, name: "lateness of a run", conditions, unit: "ms" }, lateMs);
  } finally {
    await Promise.all(workers.map((worker) => worker.end()));
  }
}

/** The suite. */
export const scheduleSuite: Suite = {
  name: suite,
  about:
    "An hourly job that each of 100 agents runs at its own slot, an hour scaled to 30 s: the most runs at one time, of runs " +
    "of three lengths, beside the least that any placement allows, placements by a hash of the agent's id, and random jitter " +
    "(the median of 200 draws), computed for the same agents. Beginnings are measured in real processes over a real Redis.",
  measure,
};
