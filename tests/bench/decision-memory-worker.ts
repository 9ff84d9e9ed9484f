/**
 * A process whose heap is measured for the bench of memory, run with `--expose-gc`. It prints one number: bytes of heap in use after
 * its garbage is collected. What it holds is told by its only argument.
 */
import { setTimeout as delay } from "node:timers/promises";
import { createDecisionHistory, defaultPolicy } from "@entrain/core/decision";
import { compilePolicy } from "@entrain/reasoners";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { ContextFollower, createSystemClock, initialDocument, systemTimers } from "@entrain/runtime";
import { createMetrics } from "@entrain/telemetry";
import { sampleEvents } from "@entrain/telemetry/testing";
import { createAgentHost } from "entrain";
import { Registry } from "prom-client";
import { createLoop, type PartyWish } from "./decision-party.ts";

/**
 * What to hold. `loops`: decision loops over one connection, each as of a process of its own. `histories`: of answers that each
 * has a copy of its own of, as it came from the store.
 */
export interface MemoryTask {
  readonly url: string;
  readonly swarmId: string;
  readonly hold: "agents" | "loops" | "policies" | "histories";
  readonly count: number;
  /** Incidents that each of them has decided. */
  readonly incidents: number;
  /** Each with a registry of metrics of its own; `all`: in which every family was fed, besides what deciding feeds. */
  readonly metrics: "none" | "own" | "all";
}

const task = JSON.parse(process.argv[2] ?? "{}") as MemoryTask;
const { url, swarmId, count, incidents, metrics } = task;
const names = Array.from({ length: count }, (_, index) => `agent-${index}`);
const readingOf = (index: number) => ({ temperature: 85, subject: `rack-${index}` });

/** Histories of a loop's answers, without the loop: what that remembers besides is not theirs. */
async function holdHistories(): Promise<unknown> {
  const store = await connected();
  const context = following(store);
  const loop = createLoop({ url, swarmId, agentId: "agent" }, store, context);
  await loop.start();
  const histories = names.map((agentId) => ({ agentId, history: createDecisionHistory() }));
  for (let index = 0; index < incidents; index++) {
    const outcome = await loop.decide({ agentId: "agent", incarnation: 1, reading: readingOf(index) });
    for (const { agentId, history } of histories) {
      const { decision, source, latencyMs } = structuredClone(outcome);
      history.add({ ...decision, agentId, source, latencyMs });
    }
  }
  return { store, context, loop, histories };
}

/** Agents of one host, as the library makes it. */
async function holdAgents(): Promise<unknown> {
  const events = createMetrics(new Registry()).record;
  const host = createAgentHost({ swarm: swarmId, redis: url, events }, names);
  await host.start(30_000);
  for (let index = 0; index < incidents; index++)
    await Promise.all(names.map((agentId) => host.decide({ agentId, reading: readingOf(index) })));
  return host;
}

async function connected(): Promise<RedisStore> {
  const store = createRedisStore({ redis: url, swarmId, clock: createSystemClock(), timers: systemTimers });
  await store.connect();
  return store;
}

function following(store: RedisStore): ContextFollower {
  const shared = { store: store.context, health: store.health, timers: systemTimers, initial: initialDocument() };
  const context = new ContextFollower({ ...shared, events: () => undefined, seed: "memory" });
  context.start();
  return context;
}

async function holdLoops(): Promise<unknown> {
  const store = await connected();
  const context = following(store);
  const held = names.map((agentId) => {
    const record = metrics === "none" ? undefined : createMetrics(new Registry()).record;
    if (metrics === "all") for (const event of sampleEvents) record?.(event);
    const wish: PartyWish = { url, swarmId, agentId, ...(record === undefined ? {} : { events: record }) };
    return { agentId, record, loop: createLoop(wish, store, context) };
  });
  await Promise.all(held.map(({ loop }) => loop.start()));
  for (let index = 0; index < incidents; index++)
    for (const { agentId, loop, record } of held) {
      const outcome = await loop.decide({ agentId, incarnation: 1, reading: readingOf(index) });
      record?.({ kind: "decision.acted", agentId, role: "follower", ...outcome });
    }
  return { store, context, held };
}

/** The policy that ships, compiled as many times. */
function holdPolicies(): Promise<unknown> {
  return Promise.resolve(names.map(() => compilePolicy(structuredClone(defaultPolicy))));
}

const held = await { agents: holdAgents, loops: holdLoops, policies: holdPolicies, histories: holdHistories }[
  task.hold
]();
if (globalThis.gc === undefined) throw new Error("run with --expose-gc");
for (let round = 0; round < 4; round++) {
  // What is on its way to the store is garbage once it is there.
  await delay(250);
  globalThis.gc();
}
process.stdout.write(`${process.memoryUsage().heapUsed}\n`, () => {
  // Until here it is in use.
  process.exit(held === undefined ? 1 : 0);
});
