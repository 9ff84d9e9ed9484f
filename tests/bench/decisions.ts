/**
 * Decisions over a real Redis on this machine: how often the context is found fresh, how long a decision takes for the
 * leader who commits it and for a follower who adopts it, and what keeping the context fresh costs.
 *
 * Peers, measured under the same schedule: for the hit rate a cache of the same age that reads only when it is asked; for
 * the latency two bare round trips to the same Redis, which is the least that open and commit can take.
 */
import { randomUUID } from "node:crypto";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { quantile } from "@entrain/core/rhythm";
import type { RedisStore } from "@entrain/redis";
import { Redis } from "ioredis";
import { contextMaxAgeMs as maxAgeMs, join, lead, leave, meetIncidents } from "./decision-party.ts";
import { distribution, single, type Figure, type Peer } from "./figure.ts";
import { openLoop } from "./open-loop.ts";
import type { Suite } from "./suite.ts";

const suite = "decisions";
/** Decisions a second of each party, and for how long, s. */
const schedule = [
  [1, 20],
  [10, 10],
  [20, 10],
  [100, 10],
  [1_000, 5],
] as const;
/** The peers under the same schedule: the share of hits of a cache that reads when asked, and two bare round trips, ms. */
async function measurePeers(store: RedisStore, redis: Redis, perSecond: number, forMs: number) {
  let sentMs = -Infinity;
  const readWhenOld = async (): Promise<boolean> => {
    const nowMs = performance.now();
    if (nowMs - sentMs <= maxAgeMs) return true;
    await store.globalState.snapshot();
    sentMs = Math.max(sentMs, nowMs);
    return false;
  };
  const turns = await openLoop(perSecond, forMs, async (index) => {
    const hit = await readWhenOld();
    const startedMs = performance.now();
    await redis.get(`bench:${index}`);
    await redis.set(`bench:${index}`, "x", "PX", 60_000, "NX");
    return { hit, tookMs: performance.now() - startedMs };
  });
  return {
    hitRate: { name: "a cache that reads when asked", p50: shareOf(turns.map(({ hit }) => hit)) } satisfies Peer,
    twoTrips: {
      name: "GET and SET NX on the same Redis",
      p50:
        quantile(
          turns.map(({ tookMs }) => tookMs),
          0.5,
        ) ?? 0,
    } satisfies Peer,
  };
}

function shareOf(flags: readonly boolean[]): number {
  return flags.filter((flag) => flag).length / flags.length;
}

async function* measureRates(url: string, redis: Redis, say: (line: string) => void): AsyncGenerator<Figure> {
  const swarmId = `bench-${randomUUID()}`;
  const [leader, follower] = await Promise.all([
    join({ url, swarmId, agentId: "leader" }),
    join({ url, swarmId, agentId: "follower" }),
  ]);
  const election = await lead(leader);
  say("warming up");
  await meetIncidents(leader, election, follower, 200, 3_000);
  for (const [perSecond, seconds] of schedule) {
    say(`${perSecond} decisions a second for ${seconds} s, and the peers for as long`);
    const turns = await meetIncidents(leader, election, follower, perSecond, seconds * 1_000);
    const peers = await measurePeers(leader.store, redis, perSecond, seconds * 1_000);
    const conditions = `${perSecond}/s for ${seconds} s, leader and follower in one process`;
    const hits = turns.flatMap((turn) => [turn.leader.contextHit, turn.follower.contextHit]);
    const named = { suite, conditions };
    yield single({ ...named, name: "context hit rate", unit: "share" }, shareOf(hits), hits.length, peers.hitRate);
    for (const role of ["leader", "follower"] as const) {
      const latencies = turns.map((turn) => turn[role].latencyMs);
      yield distribution({ ...named, name: `decision, ${role}`, unit: "ms" }, latencies, peers.twoTrips);
    }
  }
  await election.stop();
  await Promise.all([leave(leader), leave(follower)]);
}

/** Scripts that Redis ran so far, and how long, µs. */
async function scriptCalls(redis: Redis): Promise<{ readonly calls: number; readonly us: number }> {
  const lines = [...(await redis.info("commandstats")).matchAll(/cmdstat_evalsha(?:_ro)?:calls=(\d+),usec=(\d+)/g)];
  const sum = (group: 1 | 2): number => lines.reduce((total, line) => total + Number(line[group]), 0);
  return { calls: sum(1), us: sum(2) };
}

/** What a process costs Redis that only keeps its context fresh, and what it costs once nobody uses it any more. */
async function* measureRefreshing(url: string, redis: Redis, say: (line: string) => void): AsyncGenerator<Figure> {
  const idleAfterMs = 2_000;
  const party = await join({ url, swarmId: `bench-${randomUUID()}`, agentId: "reader", idleAfterMs });
  for (const perSecond of [1, 1_000]) {
    const seconds = 10;
    say(`keeping the context fresh for ${perSecond} uses a second, ${seconds} s`);
    party.loop.context("reader", false);
    const before = await scriptCalls(redis);
    await openLoop(perSecond, seconds * 1_000, () => Promise.resolve(party.loop.context("reader", false)));
    const after = await scriptCalls(redis);
    const calls = after.calls - before.calls;
    const conditions = `one process, ${perSecond} uses a second for ${seconds} s`;
    yield single({ suite, name: "reads of the context", conditions, unit: "scripts/s" }, calls / seconds, calls);
    yield single(
      { suite, name: "Redis's time for one read", conditions, unit: "µs" },
      (after.us - before.us) / Math.max(1, calls),
      calls,
    );
  }
  say("asleep");
  await openLoop(1, idleAfterMs + 1_000, () => Promise.resolve());
  const before = await scriptCalls(redis);
  await openLoop(1, 5_000, () => Promise.resolve());
  const slept = (await scriptCalls(redis)).calls - before.calls;
  const conditions = `one process, unused for longer than ${idleAfterMs / 1_000} s (60 s by default)`;
  yield single({ suite, name: "reads of the context", conditions, unit: "scripts/s" }, slept / 5, slept);
  await leave(party);
}

/** The suite. */
export const decisionsSuite: Suite = {
  name: suite,
  about:
    "Context hit rate, latency of a decision and the cost of keeping the context fresh, at 1 to 1,000 decisions a second " +
    "over a real Redis on the same machine. Every incident is new: the leader opens it and commits, the follower adopts.",
  async *measure(say) {
    await using server = await acquireTestRedis();
    const redis = new Redis(server.url);
    try {
      yield* measureRates(server.url, redis, say);
      yield* measureRefreshing(server.url, redis, say);
    } finally {
      redis.disconnect();
    }
  },
};
