/**
 * One chaos run over the swarm's leadership, or over a lock: real worker processes stand for it and commit decisions, or
 * replace what the lock guards, over a real Redis while faults come and go; then the history of all of them is judged.
 *
 * Judged: the leadership or the holding with its fenced effects and beliefs (L1 to L5, S1), and what the effects made: each
 * incident's decision register (D1), or the guarded text.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createRandom } from "@entrain/kernel";
import { electionTimings } from "@entrain/core/election";
import type { ElectionStore } from "@entrain/ports";
import { createRedisStore } from "@entrain/redis";
import { createSystemClock, systemTimers } from "@entrain/runtime";
import {
  checkLinearizable,
  decisionModel,
  leadershipModel,
  readHistory,
  registerModel,
  resolveCampaigns,
} from "@entrain/testkit/history";
import { startChaosStore, type StoreKind } from "./chaos-store.ts";
import { moveClock } from "./faked-clock.ts";
import { faultNames, faults, workerFaults, type FaultName, type FaultTargets } from "./faults.ts";
import {
  decisionHistories,
  guardedHistory,
  leadershipHistory,
  type RecordedInput,
  type RecordedOperation,
  type RecordedOutput,
} from "./recorded-operation.ts";
import { startWorker, type WorkerProcess } from "./worker-process.ts";
import { contendedLock, type Mutation, type WorkerSettings, type Workload } from "./workers/worker-settings.ts";

const workerCount = 3;
const timings = electionTimings({
  leaseMs: 600,
  renewEveryMs: 120,
  requestTimeoutMs: 200,
  stopMarginMs: 100,
  pollMs: 60,
});
/** How long a leader that lost its leadership goes on sending effects under it, ms. */
const stubbornMs = 1_500;
/** How long a fault waits for somebody to lead, and the pause between two looks, ms. */
const patienceMs = 6_000;
const lookMs = 15;

/** Clocks are faked only where one of them moves. */
const clockFault: FaultName = "set the leader's clock an hour forward, then back";

/** What a run is to be. */
export interface LeadershipRun {
  readonly seed: number;
  /** What the workers contend for (default: the swarm's leadership). */
  readonly workload?: Workload;
  /** Faults by chance after the first, which is always a pause of the leader beyond its lease. */
  readonly faultCount: number;
  /** Faults after those. */
  readonly further?: readonly FaultName[] | undefined;
  /** Default: one server. With Sentinels only workers are hit by chance. */
  readonly store?: StoreKind;
  /** Broken in all workers. */
  readonly mutation?: Mutation;
}

/** What a run came to. */
export interface LeadershipOutcome {
  readonly seed: number;
  readonly faults: readonly FaultName[];
  readonly operations: number;
  /** Leaderships that were granted, and lives of the store that they were granted in. */
  readonly terms: number;
  readonly generations: number;
  /** Leaders that were succeeded by reports before their lease ended (L5). */
  readonly successions: number;
  readonly effectsAccepted: number;
  readonly effectsRefused: number;
  readonly incidentsDecided: number;
  /** Each a sentence; none is good. */
  readonly violations: readonly string[];
}

/** Runs and judges. */
export async function runLeadership({
  seed,
  workload = "leadership",
  faultCount,
  further = [],
  store = "one server",
  mutation,
}: LeadershipRun): Promise<LeadershipOutcome> {
  const random = createRandom(`${workload}/${seed}`);
  const among = store === "sentinels" ? workerFaults : faultNames;
  const chosen = Array.from({ length: faultCount }, () => among[random.int(among.length)]!);
  const order: readonly FaultName[] = ["pause the leader", ...chosen, ...further];
  const folder = await mkdtemp(path.join(tmpdir(), "entrain-chaos-"));
  try {
    const histories = await makeHistory(folder, order, store, {
      workload,
      ...(mutation === undefined ? {} : { mutation }),
    });
    return { seed, faults: order, ...judge(histories) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Lets the faults happen one after the other, each once somebody leads and works. */
async function makeHistory(
  folder: string,
  order: readonly FaultName[],
  kind: StoreKind,
  work: Pick<WorkerSettings, "workload" | "mutation">,
): Promise<RecordedOperation[]> {
  await using cleanUp = new AsyncDisposableStack();
  const agentIds = Array.from({ length: workerCount }, (_, index) => `w${index}`);
  const store = cleanUp.use(await startChaosStore(kind, agentIds));
  const swarmId = `chaos-${randomUUID()}`;
  const own = { swarmId, clock: createSystemClock(), timers: systemTimers, recoveryWindowMs: timings.leaseMs };
  const observer = createRedisStore({ redis: store.address, ...own });
  cleanUp.defer(() => observer.close());
  await observer.connect();
  const contended = work.workload === "lock" ? observer.lock(contendedLock) : observer.election();
  const workers = new Map<string, WorkerProcess>();
  const files: [file: string, process: string][] = [];
  cleanUp.defer(async () => {
    await Promise.all([...workers.values()].map((worker) => worker.kill()));
  });
  const start = (agentId: string, incarnation: number): void => {
    const file = path.join(folder, `${agentId}-${incarnation}.jsonl`);
    files.push([file, `${agentId}/${incarnation}`]);
    const clockFile = order.includes(clockFault) ? path.join(folder, `${agentId}.clock`) : undefined;
    if (clockFile !== undefined) moveClock(clockFile, 0);
    const redis = store.addressOf(agentId);
    const settings = { redis, swarmId, agentId, incarnation, file, timings, stubbornMs, clockFile };
    workers.set(agentId, startWorker({ ...settings, ...work }));
  };
  for (const agentId of agentIds) start(agentId, 1);
  const targets: FaultTargets = {
    redis: store.redis,
    async leader() {
      const agentId = (await contended.read().catch(() => undefined))?.agentId ?? "w0";
      return { worker: workers.get(agentId)!, link: store.linkOf(agentId) };
    },
    restart: ({ settings }) => start(settings.agentId, settings.incarnation + 1),
    hold: (ms) => delay(ms),
  };
  for (const name of order) {
    await somebodyLeads(contended);
    await faults[name](targets, timings.leaseMs);
  }
  await somebodyLeads(contended);
  // What the last fault has delayed comes in while the stubborn go on.
  await delay(timings.leaseMs);
  await Promise.all([...workers.values()].map((worker) => worker.stop()));
  workers.clear();
  // Who was killed before it began has no history.
  const begun = files.filter(([file]) => existsSync(file));
  return begun.flatMap(([file, name]) => readHistory<RecordedInput, RecordedOutput>(file, name));
}

/**
 * Resolves once a leader has held for half a lease, or after a while without one: what a run has shown is counted at its end.
 */
async function somebodyLeads(contended: ElectionStore): Promise<void> {
  const deadlineMs = performance.now() + patienceMs;
  let since: { readonly term: number; readonly ms: number } | undefined;
  for (let nowMs = performance.now(); nowMs < deadlineMs; nowMs = performance.now()) {
    const term = (await contended.read().catch(() => undefined))?.term;
    if (term === undefined) since = undefined;
    else if (since?.term !== term) since = { term, ms: nowMs };
    else if (nowMs - since.ms >= timings.leaseMs / 2) return;
    await delay(lookMs);
  }
}

/** Looks at the leadership as a whole, at each incident and at the guarded text. */
function judge(history: readonly RecordedOperation[]): Omit<LeadershipOutcome, "seed" | "faults"> {
  const violations: string[] = [];
  const leadership = leadershipHistory(history);
  const verdict = checkLinearizable(leadershipModel, resolveCampaigns(leadership));
  if (verdict.kind === "violated")
    violations.push(`leadership: ${JSON.stringify(verdict.at)} in ${verdict.states.join(" or ")}`);
  const decisions = decisionHistories(history);
  for (const [incidentId, operations] of decisions) {
    const decided = checkLinearizable(decisionModel, operations);
    if (decided.kind === "violated")
      violations.push(`${incidentId}: ${JSON.stringify(decided.at)} in ${decided.states.join(" or ")}`);
  }
  const guarded = checkLinearizable(registerModel, guardedHistory(history));
  if (guarded.kind === "violated")
    violations.push(`guarded: ${JSON.stringify(guarded.at)} in ${guarded.states.join(" or ")}`);
  const successions = leadership.filter(({ input, output }) => input.kind === "report" && output?.kind === "granted");
  const effects = leadership.filter(({ input }) => input.kind === "effect");
  const grants = leadership.flatMap(({ output }) => (output?.kind === "granted" ? [output.held] : []));
  return {
    operations: history.length,
    terms: new Set(grants.map(({ term }) => term)).size,
    generations: new Set(grants.map(({ generation }) => generation)).size,
    successions: successions.length,
    effectsAccepted: effects.filter(({ output }) => output?.kind === "done").length,
    effectsRefused: effects.filter(({ output }) => output?.kind === "refused").length,
    incidentsDecided: decisions.size,
    violations,
  };
}
