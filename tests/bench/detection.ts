/**
 * How soon the swarm knows that a member is gone: five processes of the agent service, one of which is killed or paused at any
 * moment. From the signal to the entry in the log of the members, as another client of the same Redis is told of it.
 *
 * The same is asked of Moleculer before, in the same run: over TCP, where a broken connection tells, and over Redis, where only
 * silence does, with its own heartbeats and with tuned ones.
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
import { openMoleculer, type MoleculerKind } from "./moleculer-nodes.ts";
import type { BenchOptions, Suite } from "./suite.ts";

const suite = "detection";
const blows = ["killed", "paused"] as const;
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

interface Asked extends BenchOptions {
  readonly say: (line: string) => void;
}

/** Collects so many samples, some of them at once. Those that the end of the slice finds on their way are let end. */
async function collect(
  { samples, say }: Asked,
  wanted: { readonly key: string; readonly times: number; readonly atOnce: number },
  take: () => Promise<number>,
): Promise<void> {
  const { key, times, atOnce } = wanted;
  const underWay: Promise<number>[] = [];
  let left = times - samples.of(key).length;
  await samples.collect(key, times, async () => {
    for (; underWay.length < atOnce && left > 0; left--) underWay.push(take());
    const tookMs = await (underWay.shift() ?? take());
    say(`${key} ${samples.of(key).length + 1} of ${times}: ${tookMs.toFixed(1)} ms`);
    return tookMs;
  });
  await Promise.all(underWay);
}

async function collectSwarm(asked: Asked): Promise<void> {
  const { kills, samples } = asked;
  const keys = blows.map((blow) => ({ blow, key: `entrain ${blow}` }));
  if (keys.every(({ key }) => samples.of(key).length >= kills)) return;
  await using stack = new AsyncDisposableStack();
  const party = await openParty(stack);
  for (const { blow, key } of keys) {
    const random = createRandom(`${key}/${samples.of(key).length}`);
    await collect(asked, { key, times: kills, atOnce: 1 }, () => hit(party, blow, random));
  }
}

/** What Moleculer is asked: how it is set, what happens to its nodes, and the share of the kills that time allows. */
interface Beside extends MoleculerKind {
  readonly blow: "killed" | "paused";
  readonly share: number;
  readonly atOnce: number;
}

const beside: readonly Beside[] = [
  { transporter: "TCP", blow: "killed", share: 1, atOnce: 2 },
  { transporter: "Redis", blow: "killed", share: 0.5, atOnce: 10 },
  { transporter: "Redis", heartbeats: [1, 3], blow: "killed", share: 1, atOnce: 10 },
  { transporter: "Redis", heartbeats: [1, 3], blow: "paused", share: 0.5, atOnce: 10 },
];

function conditionsOf({ transporter, heartbeats }: Beside): string {
  const set =
    heartbeats === undefined ? "defaults" : `heartbeats every ${heartbeats[0]} s, gone after ${heartbeats[1]} s`;
  return `Moleculer over ${transporter}, ${set}`;
}

async function collectMoleculer(asked: Asked, one: Beside): Promise<void> {
  const { kills, samples } = asked;
  const key = `${conditionsOf(one)}: ${one.blow}`;
  const times = Math.ceil(kills * one.share);
  if (samples.of(key).length >= times || samples.isOver()) return;
  await using stack = new AsyncDisposableStack();
  const nodes = await openMoleculer(stack, one);
  const random = createRandom(`${key}/${samples.of(key).length}`);
  await collect(asked, { key, times, atOnce: one.atOnce }, () => nodes.hit(one.blow, random));
}

async function* measure(say: (line: string) => void, options: BenchOptions): AsyncGenerator<Figure> {
  const { kills, samples } = options;
  const asked = { ...options, say };
  for (const one of beside) await collectMoleculer(asked, one);
  await collectSwarm(asked);
  if (blows.some((blow) => samples.of(`entrain ${blow}`).length < kills)) return;
  const swarm = `${names.length} processes, one agent each, heartbeats every 0.5 s, defaults`;
  for (const blow of blows) {
    const named = { suite, name: `member ${blow} to its death in the log`, unit: "ms" };
    yield distribution({ ...named, conditions: swarm }, samples.of(`entrain ${blow}`));
  }
  for (const one of beside) {
    const conditions = conditionsOf(one);
    const named = { suite, name: `node ${one.blow} to its end at another node`, conditions, unit: "ms" };
    yield distribution(named, samples.of(`${conditions}: ${one.blow}`));
  }
}

export const detectionSuite: Suite = {
  name: suite,
  about:
    "How soon the swarm knows that a member was killed, or is paused: by probes, without waiting for its silence. Beside it, how " +
    "soon a node of Moleculer 0.15 knows as much of another.",
  measure,
};
