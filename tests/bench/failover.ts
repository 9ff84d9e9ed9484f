/**
 * How long the swarm is without a leader: five processes of the agent service with a lease of 1 s, whose leader is killed, paused
 * or stopped again and again, at any moment of its lease. Killed and paused: from the signal to the new leader's term.
 * Stopped: from the release of the leadership to the next term. Both are seen by a client of the same Redis.
 *
 * BENCH_KILLS (default 20) says how often the leader is killed; a third as often it is paused, and as often stopped.
 */
import { randomUUID } from "node:crypto";
import { createRandom, type Random } from "@entrain/kernel";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createSystemClock, systemTimers } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { setTimeout as delay } from "node:timers/promises";
import { startService, type ServiceProcess } from "../integration/service-process.ts";
import { distribution, type Figure } from "./figure.ts";
import type { Suite } from "./suite.ts";

const suite = "failover";
const leaseMs = 1_000;
const names = ["a", "b", "c", "d", "e"] as const;
const patienceMs = 30_000;

type Blow = "killed" | "paused" | "stopped";

/** A swarm whose leader can be hit. */
interface Party {
  readonly store: RedisStore;
  readonly env: Readonly<Record<string, string>>;
  readonly processes: Map<string, ServiceProcess>;
  /** Instants at which the leadership became free (0) or somebody's: monotonic ms. */
  readonly terms: { readonly term: number; readonly atMs: number }[];
}

async function openParty(stack: AsyncDisposableStack): Promise<Party> {
  const redis = stack.adopt(await acquireTestRedis(), (server) => server.stop());
  const swarmId = `bench-${randomUUID()}`;
  const store = stack.adopt(
    createRedisStore({
      ...{ redis: redis.url, swarmId, clock: createSystemClock(), timers: systemTimers },
      recoveryWindowMs: leaseMs,
    }),
    (opened) => opened.close(),
  );
  await store.connect();
  const terms: Party["terms"] = [];
  store.election().watch((term) => terms.push({ term, atMs: performance.now() }));
  const env = {
    ENTRAIN_SWARM: swarmId,
    REDIS_URL: redis.url,
    ENTRAIN_TELEMETRY: "none",
    ENTRAIN_LEASE: `${leaseMs}ms`,
    ENTRAIN_LEASE_RENEW: "300ms",
    ENTRAIN_LEASE_MARGIN: "150ms",
    ENTRAIN_STORE_TIMEOUT: "300ms",
    ENTRAIN_LOG_LEVEL: "info",
  };
  const processes = new Map<string, ServiceProcess>();
  stack.defer(async () => {
    await Promise.all([...processes.values()].map((service) => service[Symbol.asyncDispose]()));
  });
  const party = { store, env, processes, terms };
  for (const name of names) await start(party, name);
  await waitFor("five voters", async () => (await store.votes.voters()).voters.length === names.length, patienceMs);
  return party;
}

async function start({ env, processes }: Party, name: string): Promise<void> {
  const service = startService("agent", { ...env, ENTRAIN_AGENT_ID: name });
  processes.set(name, service);
  await service.ready();
}

/** Hits the leader at any moment of its lease, and answers how long nobody else led. */
async function hit(party: Party, blow: Blow, random: Random): Promise<number> {
  const { store, processes, terms } = party;
  await waitFor("all to be alive", async () => {
    const { members } = await store.registry.snapshot();
    return names.every((name) => members.get(name)?.state === "alive");
  });
  const leader = await waitFor("a leader", () => store.election().read(), patienceMs);
  const service = processes.get(leader.agentId);
  if (service === undefined) throw new Error(`${leader.agentId} leads and is no process of ours`);
  await delay(300 + random.int(600));
  const known = terms.length;
  const sentMs = performance.now();
  if (blow === "killed") service.kill();
  else if (blow === "paused") service.pause();
  const stopped = blow === "stopped" ? service[Symbol.asyncDispose]() : Promise.resolve();
  const next = await waitFor(
    "the successor",
    () => terms.slice(known).find(({ term }) => term > leader.term),
    patienceMs,
  );
  await stopped;
  if (blow === "paused") service.resume();
  else await start(party, leader.agentId);
  const free = terms.slice(known).find(({ term }) => term === 0);
  return next.atMs - (blow === "stopped" ? (free?.atMs ?? sentMs) : sentMs);
}

async function* measure(say: (line: string) => void): AsyncGenerator<Figure> {
  await using stack = new AsyncDisposableStack();
  const party = await openParty(stack);
  const random = createRandom("failover");
  const kills = Number(process.env["BENCH_KILLS"] ?? 20);
  const conditions = `${names.length} processes, lease ${leaseMs / 1_000} s, renewed every 0.3 s`;
  const third = Math.ceil(kills / 3);
  for (const [blow, times] of [
    ["killed", kills],
    ["stopped", third],
    ["paused", third],
  ] as const) {
    const samples: number[] = [];
    while (samples.length < times) {
      samples.push(await hit(party, blow, random));
      say(`leader ${blow} ${samples.length} of ${times}: ${samples.at(-1)?.toFixed(1)} ms`);
    }
    yield distribution({ suite, conditions, name: `leader ${blow} to the next leader`, unit: "ms" }, samples);
  }
}

export const failoverSuite: Suite = {
  name: suite,
  about: "How long the swarm has no leader when its leader is killed, stopped in order, or paused (L5).",
  measure,
};
