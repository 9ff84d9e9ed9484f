/**
 * How soon the swarm knows that a member is gone: five processes of the agent service, one of which is killed or paused at any
 * moment. From the signal to the entry in the log of the members, as another client of the same Redis is told of it.
 *
 * `--kills` (default 20) says how often a process is killed, and as often one is paused.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { createRandom, type Random } from "@entrain/kernel";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createSystemClock, systemTimers } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { startService, type ServiceProcess } from "../integration/service-process.ts";
import { distribution, type Figure } from "./figure.ts";
import type { BenchOptions, Suite } from "./suite.ts";

const suite = "detection";
const names = ["a", "b", "c", "d", "e"] as const;

/** A swarm of which one may go. */
interface Party {
  readonly store: RedisStore;
  readonly env: Readonly<Record<string, string>>;
  readonly processes: Map<string, ServiceProcess>;
}

async function openParty(stack: AsyncDisposableStack): Promise<Party> {
  const redis = stack.adopt(await acquireTestRedis(), (server) => server.stop());
  const swarmId = `bench-${randomUUID()}`;
  const store = stack.adopt(
    createRedisStore({ redis: redis.url, swarmId, clock: createSystemClock(), timers: systemTimers }),
    (opened) => opened.close(),
  );
  await store.connect();
  const env = { ENTRAIN_SWARM: swarmId, REDIS_URL: redis.url, ENTRAIN_TELEMETRY: "none", ENTRAIN_LOG_LEVEL: "info" };
  const processes = new Map<string, ServiceProcess>();
  stack.defer(async () => {
    await Promise.all([...processes.values()].map((service) => service[Symbol.asyncDispose]()));
  });
  const party = { store, env, processes };
  for (const name of names) await start(party, name);
  return party;
}

async function start({ env, processes }: Party, name: string): Promise<void> {
  const service = startService("agent", { ...env, ENTRAIN_AGENT_ID: name });
  processes.set(name, service);
  await service.ready();
}

function haveAllSettled(party: Party): Promise<unknown> {
  return waitFor("all to be alive", async () => {
    const { members } = await party.store.registry.snapshot();
    return names.every((name) => members.get(name)?.state === "alive" && members.get(name)?.suspect !== true);
  });
}

/** Hits one at any moment, and answers after how many ms the swarm knew. */
async function hit(party: Party, blow: "killed" | "paused", random: Random): Promise<number> {
  const { store, processes } = party;
  await haveAllSettled(party);
  // A newcomer has to be known to the others before it can be missed.
  await delay(1_500 + random.int(1_000));
  const name = names[random.int(names.length)] ?? "a";
  const { version } = await store.registry.snapshot();
  const found = Promise.withResolvers<number>();
  using unwatch = new DisposableStack();
  let sentMs = Infinity;
  const look = async (): Promise<void> => {
    const changes = await store.registry.changesSince(version);
    const nowMs = performance.now();
    if (changes !== "resync" && changes.some(({ member }) => member.agentId === name && member.state === "dead"))
      found.resolve(nowMs - sentMs);
  };
  unwatch.defer(store.registry.watch(() => void look().catch(found.reject)));
  sentMs = performance.now();
  if (blow === "killed") processes.get(name)?.kill();
  else processes.get(name)?.pause();
  const tookMs = await found.promise;
  if (blow === "killed") await start(party, name);
  else processes.get(name)?.resume();
  return tookMs;
}

async function* measure(say: (line: string) => void, { kills: times }: BenchOptions): AsyncGenerator<Figure> {
  await using stack = new AsyncDisposableStack();
  const party = await openParty(stack);
  const random = createRandom("detection");
  const conditions = `${names.length} processes, one agent each, heartbeats every 0.5 s, defaults`;
  for (const blow of ["killed", "paused"] as const) {
    const samples: number[] = [];
    while (samples.length < times) {
      samples.push(await hit(party, blow, random));
      say(`member ${blow} ${samples.length} of ${times}: ${samples.at(-1)?.toFixed(1)} ms`);
    }
    yield distribution({ suite, conditions, name: `member ${blow} to its death in the log`, unit: "ms" }, samples);
  }
}

export const detectionSuite: Suite = {
  name: suite,
  about: "How soon the swarm knows that a member was killed, or is paused: by probes, without waiting for its silence.",
  measure,
};
