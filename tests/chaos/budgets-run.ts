/**
 * One chaos run over budgets: processes work a small tree at random while some of them are killed and started again; in the
 * end the log of all changes is replayed, step by step, and everything that a dead process held has to have come back or
 * been presumed spent (B1 to B3).
 */
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { createRandom, EntrainError } from "@entrain/kernel";
import { budgetDefinition, type BudgetWish } from "@entrain/core/budget";
import type { BudgetStore } from "@entrain/ports";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { auditBudgets, compactIfDue, createSystemClock, systemTimers } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { allocatorEnv, type AllocatorSettings } from "./workers/allocator-settings.ts";
import type { Mutation } from "./workers/worker-settings.ts";

const main = path.join(import.meta.dirname, "workers", "allocator.ts");
const leaseMs = 300;
const limits = { credits: 100_000, slots: 200 };
/** Short periods, so that a run sees many. */
const forecast = { periodMs: 200 };

const tree: readonly BudgetWish[] = [
  { budgetId: "root", limits },
  { budgetId: "strict", parentId: "root", limits: { credits: 20_000, slots: 40 }, reserves: { emergency: 20 } },
  { budgetId: "elastic-a", parentId: "root", limits: { credits: 20_000, slots: 10 }, strategy: "elastic" },
  {
    budgetId: "less",
    parentId: "root",
    limits: { credits: 5_000, slots: 10 },
    exhaustion: { kind: "degrade", leastPercent: 20 },
  },
  { budgetId: "elastic-b", parentId: "root", limits: { credits: 20_000, slots: 10 }, strategy: "elastic" },
  { budgetId: "share-a", parentId: "root", limits: { credits: 5_000, slots: 10 }, strategy: "proportional", weight: 3 },
  { budgetId: "share-b", parentId: "root", limits: { credits: 5_000, slots: 10 }, strategy: "proportional" },
  {
    budgetId: "ahead-a",
    parentId: "root",
    limits: { credits: 10_000, slots: 10 },
    strategy: "predictive",
    forecast,
  },
  { budgetId: "ahead-b", parentId: "root", limits: { credits: 10_000, slots: 10 }, strategy: "predictive", forecast },
  { budgetId: "ranked", parentId: "strict", limits: { credits: 5_000, slots: 10 }, strategy: "priority" },
];

/** Entries of the log that are kept behind a checkpoint: few, so that a run makes several. */
const keptEntries = 2_500;

/** What a run is to be. */
export interface BudgetsRun {
  readonly seed: number;
  readonly processes: number;
  /** Answered commands at which the run ends. */
  readonly commands: number;
  readonly kills: number;
  /** Broken in all processes. */
  readonly mutation?: Mutation;
}

/** What a run came to. */
export interface BudgetsOutcome {
  readonly commands: number;
  readonly kills: number;
  /** Logged changes, each replayed. */
  readonly entries: number;
  /** Those of them that were replayed for the last checkpoint, the rest from it on. */
  readonly beforeCheckpoint: number;
  readonly checkpoints: number;
  /** Credits whose holders vanished. */
  readonly presumed: number;
  /** Each a sentence; none is good. */
  readonly violations: readonly string[];
}

/** Runs and judges. */
export async function runBudgets(run: BudgetsRun): Promise<BudgetsOutcome> {
  await using cleanUp = new AsyncDisposableStack();
  const redis = cleanUp.use(await acquireTestRedis());
  const swarmId = `budgets-${randomUUID()}`;
  const observer = createRedisStore({ redis: redis.url, swarmId, clock: createSystemClock(), timers: systemTimers });
  cleanUp.defer(() => observer.close());
  await observer.connect();
  const { budgets } = observer;
  for (const wish of tree) await budgets.apply({ kind: "create", definition: budgetDefinition(wish) });
  const work = startWork({ ...run, redisUrl: redis.url, swarmId });
  cleanUp.defer(() => work.stop());
  const [checkpoints] = await Promise.all([keepLog(budgets, work.done), work.done]);
  await work.stop();
  await waitFor("all leases are over", async () => {
    await budgets.reclaim();
    return (await budgets.list(100)).budgets.every(({ leases }) => leases === 0);
  });
  return { commands: work.answered(), kills: work.killed(), checkpoints, ...(await judge(budgets)) };
}

/** Writes checkpoints while the processes work; answers how many. */
async function keepLog(budgets: BudgetStore, done: Promise<void>): Promise<number> {
  const keeping = { store: budgets, entriesMax: () => keptEntries, events: () => undefined };
  let [count, isOver] = [0, false];
  const over = done.finally(() => {
    isOver = true;
  });
  over.catch(() => undefined);
  while (!isOver) {
    // A crowded machine answers late now and then; the next look comes.
    const isWritten = await compactIfDue(keeping).catch((thrown: unknown) => {
      if (EntrainError.from(thrown).retryable) return false;
      throw thrown;
    });
    if (isWritten) count += 1;
    await Promise.race([over.catch(() => undefined), setTimeout(100)]);
  }
  return count;
}

interface Work {
  readonly done: Promise<void>;
  readonly answered: () => number;
  readonly killed: () => number;
  stop(): Promise<void>;
}

/** Starts the processes, and kills one of them each so often; a killed one is started again. */
function startWork(run: BudgetsRun & { readonly redisUrl: string; readonly swarmId: string }): Work {
  const { seed, processes, commands, kills, redisUrl, swarmId, mutation } = run;
  const random = createRandom(`budgets/${seed}`);
  const ids = tree.map(({ budgetId }) => budgetId);
  const workers: ChildProcess[] = [];
  const finished = Promise.withResolvers<undefined>();
  let [answered, killed, lives, stopping] = [0, 0, 0, false];

  function start(at: number): void {
    lives += 1;
    const own = { redisUrl, swarmId, budgets: ids, leaseMs, mutation };
    const settings: AllocatorSettings = { ...own, seed: `${seed}/${lives}` };
    const child = spawn(process.execPath, [main], { env: allocatorEnv(settings), stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.on("error", () => undefined);
    workers[at] = child;
    createInterface({ input: child.stdout }).on("line", onHundred);
    child.on("exit", (code, signal) => {
      if (stopping) return;
      if (signal === "SIGKILL") start(at);
      else finished.reject(new Error(`an allocator ended with ${code}`));
    });
  }

  function onHundred(): void {
    answered += 100;
    if (answered >= commands) finished.resolve(undefined);
    else if (killed < kills && answered >= ((killed + 1) * commands) / (kills + 1)) {
      killed += 1;
      workers[random.int(processes)]?.kill("SIGKILL");
    }
  }

  for (let at = 0; at < processes; at++) start(at);
  return {
    done: finished.promise,
    answered: () => answered,
    killed: () => killed,
    async stop() {
      stopping = true;
      await Promise.all(
        workers.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const exited = once(child, "exit");
          child.stdin?.end();
          await exited;
        }),
      );
    },
  };
}

async function judge(
  budgets: BudgetStore,
): Promise<Pick<BudgetsOutcome, "entries" | "beforeCheckpoint" | "presumed" | "violations">> {
  const { report } = await auditBudgets(budgets);
  const { budgets: present } = await budgets.list(100);
  const { faults, entries, from, complete, presumed } = report;
  const violations = [...faults];
  if (!complete) violations.push("the log does not reach back to the first change");
  const root = present.find(({ budgetId }) => budgetId === "root");
  const total = present.reduce((sum, { used }) => sum + (used["credits"] ?? 0), 0);
  const free = present.reduce((sum, { available }) => sum + (available["credits"] ?? 0), 0);
  if (root === undefined || total + free !== limits.credits)
    violations.push(`B3: ${total} credits are used and ${free} are left of ${limits.credits}`);
  const slots = present.reduce((sum, { available }) => sum + (available["slots"] ?? 0), 0);
  if (slots !== limits.slots) violations.push(`B3: ${slots} of ${limits.slots} slots came back`);
  return {
    entries: from + entries,
    beforeCheckpoint: from,
    presumed: presumed.reduce((sum, { amount }) => sum + amount, 0),
    violations,
  };
}
