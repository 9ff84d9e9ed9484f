/**
 * Replays recorded telemetry through agents in processes of their own, and tells what they did: with the same file it must be the same
 * from run to run, and the same for all of them.
 */
import { randomUUID } from "node:crypto";
import path from "node:path";
import { Redis } from "ioredis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import type { ReplayedAct, ReplayTask } from "./replay-worker.ts";
import { startLineWorker } from "./worker-lines.ts";

/**
 * What one agent did about each subject, in the order in which it met it: "incident action" at every act, also the second on
 * one incident. The incident's id names kind, subject, band and ordinal. Subjects are apart because nothing orders their
 * incidents among each other: they are decided when somebody meets them, and in the ledger they stand as they were committed.
 */
export type Deeds = Readonly<Record<string, readonly string[]>>;

/** What one replay came to. */
export interface ReplayOutcome {
  /** Of each agent. */
  readonly deeds: readonly Deeds[];
  readonly acts: number;
  readonly safeAlone: number;
  readonly tookMs: number;
}

const main = path.join(import.meta.dirname, "replay-worker.ts");
/** From the order to the first row: longer than a pipe takes, ms. */
const leadMs = 500;

/** One replay over a Redis of its own. Between two passes every incident is over: its cooldown is, on the store's record. */
export async function replayOnce(
  wish: Pick<ReplayTask, "file" | "speed" | "cooldownMs"> & {
    readonly agents: number;
    /** How often the file is replayed (default 1): of what comes up again the ordinal grows. */
    readonly passes?: number;
    /** Rules besides the policy's own (default: none). */
    readonly rules?: ReplayTask["rules"];
  },
): Promise<ReplayOutcome> {
  const { agents, passes = 1, rules = [], ...replay } = wish;
  await using server = await acquireTestRedis();
  const swarmId = `replay-${randomUUID()}`;
  const workers = Array.from({ length: agents }, (_, index) =>
    startLineWorker(main, {
      ...{ ...replay, passes, rules, url: server.url, swarmId, agentId: `a${index}`, writes: index === 0 },
    } satisfies ReplayTask),
  );
  await Promise.all(workers.map((worker) => worker.next()));
  const beganMs = Date.now();
  let told: readonly string[] = [];
  for (let pass = 0; pass < passes; pass++) {
    if (pass > 0) await endIncidents(server.url, swarmId);
    const startUnixMs = Date.now() + leadMs;
    for (const worker of workers) worker.tell(String(startUnixMs));
    told = await Promise.all(workers.map((worker) => worker.next()));
  }
  const acts = told.map((line) => JSON.parse(line) as readonly ReplayedAct[]);
  return {
    deeds: acts.map(deedsOf),
    acts: acts.flat().length,
    safeAlone: acts.flat().filter(({ source }) => source === "safe-alone").length,
    tookMs: Date.now() - beganMs - passes * leadMs,
  };
}

/** Nobody has seen them for longer than any cooldown, whatever time has passed here: a busy machine is no part of the test. */
async function endIncidents(url: string, swarmId: string): Promise<void> {
  const redis = new Redis(url);
  try {
    const key = `entrain:{${swarmId}}:incidents`;
    for (const [fingerprint, ordinalAndSight] of Object.entries(await redis.hgetall(key)))
      await redis.hset(key, fingerprint, `${ordinalAndSight.split(" ", 1)[0]} 0`);
  } finally {
    redis.disconnect();
  }
}

function deedsOf(acts: readonly ReplayedAct[]): Deeds {
  const bySubject = Map.groupBy(acts, ({ subject }) => subject);
  const told = [...bySubject].map(([subject, own]): [string, readonly string[]] => [
    subject,
    own.map(({ incidentId, action }) => `${incidentId} ${action}`),
  ]);
  return Object.fromEntries(told);
}

/** How many incidents an agent acted on. */
export function incidentsIn(deeds: Deeds): number {
  return new Set(Object.values(deeds).flat()).size;
}

/** What differs, each a sentence: between agents of a replay, and between replays. The first difference of each sequence. */
export function differencesOf(replays: readonly ReplayOutcome[]): readonly string[] {
  const told = replays.flatMap(({ deeds }, run) =>
    deeds.map((each, agent) => ({ each, who: `run ${run + 1}, a${agent}` })),
  );
  const [first, ...others] = told;
  if (first === undefined) return [];
  return others.flatMap(({ each, who }) =>
    [...new Set([...Object.keys(first.each), ...Object.keys(each)])].flatMap((subject) => {
      const [expected, found] = [first.each[subject] ?? [], each[subject] ?? []];
      const length = Math.max(expected.length, found.length);
      const at = Array.from({ length }, (_, index) => index).find((index) => expected[index] !== found[index]);
      if (at === undefined) return [];
      return [`${subject}, act ${at + 1}: ${first.who} ${expected[at] ?? "none"}, ${who} ${found[at] ?? "none"}`];
    }),
  );
}
