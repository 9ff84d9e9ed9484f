/**
 * One chaos run over budgets: processes work a small tree at random, and children of its budgets, while some of them, of the
 * coordinators and Redis itself are killed; in the end the log of all changes is replayed, step by step, and everything that a
 * dead process held has to have come back or been presumed spent (B1 to B3).
 */
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { EntrainError } from "@entrain/kernel";
import { budgetDefinition, checkBudgetPolicies } from "@entrain/core/budget";
import type { BudgetStore } from "@entrain/ports";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { auditBudgets, compactIfDue, createSystemClock, systemTimers } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { budgetsTree, rootLimits } from "./budgets-tree.ts";
import { startWork, type BudgetsRun, type WorkTally } from "./budgets-work.ts";

/** Entries of the log that are kept behind a checkpoint: few, so that a run makes several. */
const keptEntries = 2_500;
/** Entries that are read at once. */
const pageEntries = 1_000;
/** Until the leases of those that died are over, and after a restart the window in which none is taken back, ms. */
const endMs = 120_000;

/** What a run came to. */
export interface BudgetsOutcome extends Readonly<WorkTally> {
  /** Logged changes, each replayed. */
  readonly entries: number;
  /** Those of them that were replayed for the last checkpoint, the rest from it on. */
  readonly beforeCheckpoint: number;
  readonly checkpoints: number;
  /** Requests that were granted; none of them twice. */
  readonly granted: number;
  /** Child budgets that were made for a while. */
  readonly children: number;
  /** Credits whose holders vanished. */
  readonly presumed: number;
  /** Each a sentence; none is good. */
  readonly violations: string[];
}

/** Runs and judges. */
export async function runBudgets(run: BudgetsRun): Promise<BudgetsOutcome> {
  await using cleanUp = new AsyncDisposableStack();
  const redis = cleanUp.use(await acquireTestRedis());
  const swarmId = `budgets-${randomUUID()}`;
  // Who only looks on can wait, however busy the machine is.
  const around = { clock: createSystemClock(), timers: systemTimers, requestTimeoutMs: 10_000, recoveryWindowMs: 200 };
  const observer = createRedisStore({ redis: redis.url, swarmId, ...around });
  cleanUp.defer(() => observer.close());
  await observer.connect();
  const { budgets } = observer;
  for (const wish of budgetsTree) await budgets.apply({ kind: "create", definition: budgetDefinition(wish) });
  const onKill = (kills: number): void => void changePolicy(budgets, kills).catch(() => undefined);
  const work = await startWork(run, { redis, swarmId, onKill });
  cleanUp.defer(() => work.stop());
  const log = createLogReader(budgets);
  const [checkpoints] = await Promise.all([keepLog(budgets, log, work.done), work.done]);
  await work.stop();
  await waitFor("all leases are over", () => isOver(budgets), endMs);
  await log.read();
  const judged = await judge(budgets, log);
  const violations = [...work.tally.violations, ...log.violations, ...judged.violations];
  return { ...work.tally, checkpoints, granted: log.granted(), children: log.children(), ...judged, violations };
}

/** What the live policy keeps back changes with each kill. */
async function changePolicy(budgets: BudgetStore, version: number): Promise<void> {
  const policies = checkBudgetPolicies({ "*": { reserves: { spare: version % 20 } }, "elastic-a": {} });
  await budgets.setDefaults({ version, policies });
}

async function isOver(budgets: BudgetStore): Promise<boolean> {
  await budgets.reclaim();
  const { budgets: present } = await budgets.list(100);
  return present.length === budgetsTree.length && present.every(({ leases }) => leases === 0);
}

/** Reads the log as it grows, before anything of it is dropped: no request may be granted twice. */
function createLogReader(budgets: BudgetStore) {
  const granted = new Set<string>();
  const numbers: number[] = [];
  const violations: string[] = [];
  let [last, children] = [0, 0];
  return {
    violations,
    /** Entries up to a number: after a restart of Redis there are gaps between the numbers. */
    entries: (upTo = Infinity) => numbers.filter((number) => number <= upTo).length,
    granted: () => granted.size,
    children: () => children,
    async read(): Promise<void> {
      for (;;) {
        const entries = await budgets.log(last, pageEntries);
        for (const { number, change } of entries) {
          last = number;
          numbers.push(number);
          if (change.kind !== "command" || change.allocationId === "refused") continue;
          const { command } = change;
          if (command.kind === "create" && command.definition.leaseMs !== null) children += 1;
          if (command.kind !== "allocate") continue;
          const name = `${command.request.budgetId} ${command.request.requestId}`;
          if (granted.has(name)) violations.push(`B3: entry ${number} grants ${name} again`);
          granted.add(name);
        }
        if (entries.length < pageEntries) return;
      }
    },
  };
}

/** Reads the log and writes checkpoints while the processes work; answers how many. */
async function keepLog(
  budgets: BudgetStore,
  log: ReturnType<typeof createLogReader>,
  done: Promise<void>,
): Promise<number> {
  const keeping = { store: budgets, entriesMax: () => keptEntries, events: () => undefined };
  let [count, isDone] = [0, false];
  const over = done.finally(() => {
    isDone = true;
  });
  over.catch(() => undefined);
  while (!isDone) {
    try {
      await log.read();
      if ((await compactIfDue(keeping)) === "written") count += 1;
    } catch (thrown) {
      // A crowded machine answers late now and then, and Redis may be away; the next look comes.
      if (!EntrainError.from(thrown).retryable) throw thrown;
    }
    await Promise.race([over.catch(() => undefined), setTimeout(100)]);
  }
  return count;
}

async function judge(
  budgets: BudgetStore,
  log: ReturnType<typeof createLogReader>,
): Promise<Pick<BudgetsOutcome, "entries" | "beforeCheckpoint" | "presumed" | "violations">> {
  const { report } = await auditBudgets(budgets);
  const { budgets: present } = await budgets.list(100);
  const { faults, from, complete, presumed } = report;
  const violations = [...faults];
  if (!complete) violations.push("the log does not reach back to the first change");
  const total = present.reduce((sum, { used }) => sum + (used["credits"] ?? 0), 0);
  const free = present.reduce((sum, { available }) => sum + (available["credits"] ?? 0), 0);
  if (total + free !== rootLimits.credits)
    violations.push(`B3: ${total} credits are used and ${free} are left of ${rootLimits.credits}`);
  const slots = present.reduce((sum, { available }) => sum + (available["slots"] ?? 0), 0);
  if (slots !== rootLimits.slots) violations.push(`B3: ${slots} of ${rootLimits.slots} slots came back`);
  return {
    entries: log.entries(),
    beforeCheckpoint: log.entries(from),
    presumed: presumed.reduce((sum, { amount }) => sum + amount, 0),
    violations,
  };
}
