/**
 * Agents that decide in processes of their own while their policy changes: how soon a change is in their decisions, and whether
 * any decision is made of two versions.
 */
import { randomUUID } from "node:crypto";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createRandom } from "@entrain/kernel";
import type { Json } from "@entrain/kernel";
import { createDocumentRules } from "@entrain/documents";
import { compilePolicy } from "@entrain/reasoners";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createContextDesk, createSystemClock, systemTimers } from "@entrain/runtime";
import {
  accountOfTurns,
  mixedAnswers,
  monotonicMs,
  policyOfTurn,
  type PolicyAnswer,
  type PolicyTurn,
} from "../integration/policy-load.ts";
import { distribution, single, type Figure } from "./figure.ts";
import type { PolicyWorkerTask } from "./policy-worker.ts";
import { startLineWorker } from "./worker-lines.ts";

const agents = 8;
const perSecond = 25;
const turnsMade = 40;
const holdMs = 250;
const main = path.join(import.meta.dirname, "policy-worker.ts");

/** Changes the policy under agents that decide. */
async function run(): Promise<{ readonly answers: readonly PolicyAnswer[]; readonly changes: readonly PolicyTurn[] }> {
  await using redis = await acquireTestRedis();
  const swarm = `bench-${randomUUID()}`;
  const store = createRedisStore({
    redis: redis.url,
    swarmId: swarm,
    clock: createSystemClock(),
    timers: systemTimers,
  });
  await store.connect();
  const rules = createDocumentRules({ compile: compilePolicy });
  const desk = createContextDesk({ store: store.context, rules, timers: systemTimers, random: createRandom(1) });
  const change = async (turn: number): Promise<PolicyTurn> => {
    const changedMs = monotonicMs();
    const decision = policyOfTurn(turn) as unknown as Json;
    const patch = { kind: "merge", patch: { policy: { decision } } } as const;
    return { turn, changedMs, ...(await desk.patch(patch, { author: "bench", reason: "" })) };
  };
  try {
    const changes = [await change(0)];
    const fromVersion = changes[0]?.version ?? 0;
    const workers = Array.from({ length: agents }, (_, n) =>
      startLineWorker(main, {
        redis: redis.url,
        swarm,
        agentId: `a-${n}`,
        perSecond,
        fromVersion,
      } satisfies PolicyWorkerTask),
    );
    await Promise.all(workers.map((worker) => worker.next()));
    await delay(1_000);
    for (let turn = 1; turn <= turnsMade; turn++) {
      changes.push(await change(turn));
      await delay(holdMs);
    }
    for (const worker of workers) worker.tell("stop");
    const told = await Promise.all(workers.map(async (worker) => JSON.parse(await worker.next()) as PolicyAnswer[]));
    return { answers: told.flat(), changes };
  } finally {
    await store.close();
  }
}

/** The figures of it. @throws Error where a decision mixes two versions: then no figure counts. */
export async function* measurePolicyChanges(suite: string, say: (line: string) => void): AsyncGenerator<Figure> {
  say("policy changed under agents that decide");
  const { answers, changes } = await run();
  const mixed = mixedAnswers(answers, changes);
  if (mixed.length > 0) throw new Error(`${mixed.length} decisions mix two versions of the policy: ${mixed[0]}`);
  const accounts = accountOfTurns(answers, changes);
  const conditions = `${agents} agents in ${agents} processes, ${agents * perSecond} decisions/s, ${turnsMade} changes`;
  const named = { suite, conditions, unit: "ms" };
  const all = (of: "firstMs" | "lastAgentMs" | "lastOldMs"): number[] => accounts.map((account) => account[of]);
  for (const [name, samples] of [
    ["policy change to the first decision by it", all("firstMs")],
    ["policy change to the first decision by it of the last agent", all("lastAgentMs")],
    ["policy change to the last question answered by the old one", all("lastOldMs")],
  ] as const) {
    yield distribution({ ...named, name }, samples);
    yield single({ ...named, name: `${name}, longest` }, Math.max(...samples), samples.length);
  }
  yield single({ ...named, name: "decisions that mix two versions", unit: "decisions" }, mixed.length, answers.length);
}
