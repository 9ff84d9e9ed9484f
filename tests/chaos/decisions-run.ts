/**
 * One chaos run over decisions: agents in processes of their own meet the same incidents over a real Redis while the leader
 * is killed, a follower cut off, Redis restarted, the policy changed and the health let drop. What every process wrote
 * down is judged against the ledger, which is read after each fault and at the end (D1 to D3).
 */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createRandom } from "@entrain/kernel";
import { defaultPolicy, type Decision, type Policy } from "@entrain/core/decision";
import { createDocumentRules } from "@entrain/documents";
import type { ContextDesk } from "@entrain/ports";
import { compilePolicy } from "@entrain/reasoners";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { auditDecisions, createContextDesk, createSystemClock, initialDocument, systemTimers } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { checkDecisions, listLoneActs, type LoneAct, type RecordedAct } from "@entrain/testkit/history";
import { startDecider, type DeciderProcess } from "./decider-process.ts";
import { decisionFaults, type DecisionFaultName, type DecisionFaultTargets } from "./decision-faults.ts";
import { letRecur, orders } from "./decision-orders.ts";
import { policyAt, replayUnder, sha256Hex } from "./decision-policies.ts";
import { startOneWayProxy, type OneWayProxy } from "./one-way-proxy.ts";
import type { Mutation } from "./workers/worker-settings.ts";

/** How long the ledger may take to answer, ms. */
const patienceMs = 60_000;

/** What a run is to be. */
export interface DecisionsRun {
  readonly agents: number;
  readonly incidents: number;
  /** Incidents a second, each met by all agents. */
  readonly perSecond: number;
  /** In their order; a share of the incidents comes before the first. */
  readonly faults: readonly DecisionFaultName[];
  /** Redis keeps nothing over its death (default false): what was decided is to be given back to it (D4). */
  readonly forgetful?: boolean;
  /** Broken in all agents. */
  readonly mutation?: Mutation;
  /** The swarm's health under which every decision is the same safe action (default: the default policy's). 0: none is, however busy the machine. */
  readonly safeModeHealth?: number;
}

/** What a run came to. */
export interface DecisionsOutcome {
  readonly agents: number;
  readonly incidents: number;
  readonly acts: number;
  readonly committed: number;
  readonly adopted: number;
  /** Acts taken alone. */
  readonly safeAlone: number;
  /** Acts of an agent on an incident on which it had acted before, and those that were something else than the first. */
  readonly again: number;
  readonly actedTwice: number;
  readonly decided: number;
  /** Decisions on occurrences after the first of what the rules named. */
  readonly later: number;
  readonly replayed: number;
  /** Decisions of the swarm in safe mode. */
  readonly safeMode: number;
  readonly policies: number;
  /** Decisions whose policy the audit by replay did not find in the document's history. */
  readonly policyUnknown: number;
  readonly terms: number;
  readonly divergences: number;
  /** How often each cause (causeOf) was given for a safe action taken alone. */
  readonly causes: Readonly<Record<string, number>>;
  /** Every safe action taken alone. */
  readonly safeActs: readonly LoneAct[];
  /** Each a sentence; none is good. */
  readonly violations: readonly string[];
}

/** A cause without its figures, by which causes are counted. */
export function causeOf(cause: string): string {
  return cause.replaceAll(/\d[\d.:]*/g, "…");
}

/** Runs and judges. */
export async function runDecisions(run: DecisionsRun): Promise<DecisionsOutcome> {
  await using cleanUp = new AsyncDisposableStack();
  const redis = cleanUp.use(await acquireTestRedis(run.forgetful === true ? { config: { appendonly: "no" } } : {}));
  const folder = await mkdtemp(path.join(tmpdir(), "entrain-decisions-"));
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const swarmId = `decisions-${randomUUID()}`;
  const observer = createRedisStore({ redis: redis.url, swarmId, clock: createSystemClock(), timers: systemTimers });
  cleanUp.defer(() => observer.close());
  await observer.connect();
  const policies = await createPolicies(observer, run.safeModeHealth);
  const swarm = cleanUp.use(await startSwarm({ ...run, redis, swarmId, folder }));
  const audits: (readonly Decision[])[] = [];
  await letRecur(swarm.running, () => policies.change());
  const give = orders(swarm.running, run.perSecond);
  const share = Math.floor(run.incidents / (3 * run.faults.length + 1));
  await give(run.incidents - 3 * share * run.faults.length);
  for (const name of run.faults) {
    const fault = decisionFaults[name](targetsOf(redis, observer, swarm, policies));
    await Promise.all([fault.begin(), give(share)]);
    await give(share);
    await Promise.all([fault.end(), give(share)]);
    audits.push(await audit(observer));
  }
  await swarm.stop();
  audits.push(await audit(observer));
  const outcome = judge(run, swarm.acts(), audits, policies.used);
  const options = { ledger: observer.ledger, desk: policies.desk, compile: compilePolicy, sha256Hex };
  const { faults, policyUnknown } = await auditDecisions(options, outcome.committed);
  return { ...outcome, violations: [...outcome.violations, ...faults], policyUnknown };
}

/** The shared policy, and all that it was. */
interface Policies {
  readonly desk: ContextDesk;
  readonly used: readonly Policy[];
  change(): Promise<void>;
}

async function createPolicies(store: RedisStore, safeModeHealth?: number): Promise<Policies> {
  await store.context.readOrCreate(initialDocument(), "chaos");
  const rules = createDocumentRules({ compile: compilePolicy });
  const random = createRandom(randomUUID());
  const desk = createContextDesk({ store: store.context, rules, timers: systemTimers, random });
  const used: Policy[] = [defaultPolicy];
  const policies: Policies = {
    desk,
    used,
    async change() {
      const next = policyAt(used.length, safeModeHealth);
      used.push(next);
      const patch = { policy: { decision: structuredClone(next) as never } };
      await waitFor("the policy is changed", () =>
        desk.patch({ kind: "merge", patch }, { author: "chaos", reason: "the next policy" }).catch(() => undefined),
      );
    },
  };
  await policies.change();
  return policies;
}

/** The agents of a run. */
interface Swarm extends AsyncDisposable {
  readonly agentIds: readonly string[];
  readonly running: () => readonly DeciderProcess[];
  readonly link: (agentId: string) => OneWayProxy;
  kill(agentId: string): Promise<void>;
  restart(agentId: string): Promise<void>;
  /** Lets all finish and ends them. */
  stop(): Promise<void>;
  /** What all lives of all processes wrote down. */
  acts(): readonly RecordedAct[];
}

/** Starts all agents; resolves when they have joined. */
async function startSwarm(
  run: Pick<DecisionsRun, "agents" | "mutation"> & {
    readonly redis: TestRedis;
    readonly swarmId: string;
    readonly folder: string;
  },
): Promise<Swarm> {
  const { redis, swarmId, folder, mutation } = run;
  const agentIds = Array.from({ length: run.agents }, (_, index) => `a${index}`);
  const links = new Map<string, OneWayProxy>();
  const running = new Map<string, DeciderProcess>();
  const files: string[] = [];
  function start(agentId: string): Promise<void> {
    const process = `${agentId}/${files.length}`;
    const file = path.join(folder, `${agentId}-${files.length}.jsonl`);
    files.push(file);
    const redisUrl = `redis://127.0.0.1:${links.get(agentId)?.port ?? redis.port}`;
    const decider = startDecider({ redisUrl, swarmId, agentId, process, file, mutation });
    running.set(agentId, decider);
    return decider.ready;
  }
  for (const agentId of agentIds) links.set(agentId, await startOneWayProxy(redis.port));
  const swarm: Swarm = {
    agentIds,
    running: () => [...running.values()],
    link: (agentId) => links.get(agentId)!,
    async kill(agentId) {
      await running.get(agentId)?.kill();
      running.delete(agentId);
    },
    restart: start,
    async stop() {
      await Promise.all([...running.values()].map((decider) => decider.stop()));
      running.clear();
    },
    acts: () => files.flatMap(readActs),
    async [Symbol.asyncDispose]() {
      await Promise.all([...running.values()].map((decider) => decider.kill()));
      await Promise.all([...links.values()].map((link) => link[Symbol.asyncDispose]()));
    },
  };
  try {
    await Promise.all(agentIds.map(start));
  } catch (thrown) {
    await swarm[Symbol.asyncDispose]();
    throw thrown;
  }
  return swarm;
}

/** A process that was killed may have left half a line. */
function readActs(file: string): readonly RecordedAct[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as RecordedAct);
}

function targetsOf(redis: TestRedis, observer: RedisStore, swarm: Swarm, policies: Policies): DecisionFaultTargets {
  const election = observer.election();
  return {
    redis,
    agentIds: swarm.agentIds,
    leader: async () => (await election.read().catch(() => undefined))?.agentId,
    link: (agentId) => swarm.link(agentId),
    kill: (agentId) => swarm.kill(agentId),
    restart: (agentId) => swarm.restart(agentId),
    changePolicy: () => policies.change(),
    health: async () => (await observer.globalState.snapshot().catch(() => undefined))?.health,
  };
}

/** The whole ledger. */
async function audit({ ledger }: RedisStore): Promise<readonly Decision[]> {
  const decisions: Decision[] = [];
  let cursor: string | undefined;
  do {
    const from = cursor;
    const { entries, next } = await waitFor(
      "the ledger answers",
      () => ledger.list(1_000, from).catch(() => undefined),
      patienceMs,
    );
    decisions.push(...entries.map(({ decision }) => decision));
    cursor = next;
  } while (cursor !== undefined);
  return decisions;
}

function judge(
  { agents, incidents }: DecisionsRun,
  acts: readonly RecordedAct[],
  audits: readonly (readonly Decision[])[],
  policies: readonly Policy[],
): Omit<DecisionsOutcome, "policyUnknown"> {
  const safeActions = new Set(policies.map(({ safeAction }) => safeAction));
  const judgement = checkDecisions({ acts, audits, safeActions, replay: replayUnder(policies) });
  const { loneActs, again, actedTwice, decided, divergences, replayed, violations } = judgement;
  const ledger = audits.at(-1) ?? [];
  const causes = Map.groupBy(loneActs, ({ cause }) => causeOf(cause ?? "none"));
  return {
    ...{ agents, incidents, acts: acts.length, committed: ledger.length },
    adopted: acts.filter(({ source }) => source === "adopted").length,
    safeAlone: loneActs.length,
    ...{ again, actedTwice },
    ...{ decided, replayed },
    later: laterOccurrences(ledger),
    safeMode: ledger.filter(({ input }) => input.safeMode).length,
    policies: new Set(ledger.map(({ policyHash }) => policyHash)).size,
    terms: new Set(ledger.map(({ term }) => term)).size,
    divergences,
    causes: Object.fromEntries([...causes].map(([cause, given]) => [cause, given.length])),
    safeActs: listLoneActs(acts),
    violations,
  };
}

/** How many occurrences there are beside the first in the ledger of each fingerprint; generations number theirs anew. */
function laterOccurrences(ledger: readonly Decision[]): number {
  const fingerprints = ledger.flatMap(({ incidentId }) => /^(.+)\/\d+$/.exec(incidentId)?.[1] ?? []);
  return fingerprints.length - new Set(fingerprints).size;
}
