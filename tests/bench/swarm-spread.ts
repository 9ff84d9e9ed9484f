/**
 * R5 in real processes: a spread of which 30 % are killed at once. From the membership version that lists them, how long until
 * the survivors lie evenly again, and whether any of them fired twice or missed a beat in silence.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { aliveIn } from "@entrain/core/membership";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createSystemClock, systemTimers } from "@entrain/runtime";
import { single, type Figure } from "./figure.ts";
import type { Suite } from "./suite.ts";
import { startWorkers } from "./swarm-process.ts";
import type { Firing } from "./swarm-worker.ts";

const suite = "swarm-spread";
const periodMs = 5_000;
const agents = 100;
const processes = 10;
const killed = 3;
const each = agents / processes;
const survivors = agents - killed * each;
const listedWithinMs = 20_000;

/** When the store first listed no more than the survivors as alive, by `process.hrtime` from `originNs` on. */
async function listedAtNs(redis: string, swarmId: string, originNs: bigint): Promise<number> {
  const clock = createSystemClock();
  const store = createRedisStore({ redis, swarmId, clock, timers: systemTimers });
  await store.connect();
  try {
    const untilMs = performance.now() + listedWithinMs;
    while (performance.now() < untilMs) {
      const alive = aliveIn(await store.registry.snapshot()).length;
      if (alive === survivors) return Number(process.hrtime.bigint() - originNs);
      await delay(20);
    }
    throw new Error(`the killed were not listed within ${listedWithinMs} ms`);
  } finally {
    await store.close();
  }
}

/** Of each beat that all survivors fired: the first of these instants, and the largest gap between them over the even one. */
function gapsOf(
  firings: readonly Firing[],
  instantOf: (firing: Firing) => number,
): readonly { readonly startNs: number; readonly ratio: number }[] {
  const byBeat = new Map<number, number[]>();
  for (const firing of firings) byBeat.set(firing.beat, [...(byBeat.get(firing.beat) ?? []), instantOf(firing)]);
  return [...byBeat]
    .sort(([a], [b]) => a - b)
    .filter(([, instants]) => instants.length === survivors)
    .map(([, instants]) => {
      const sorted = instants.sort((a, b) => a - b);
      const [startNs = 0] = sorted;
      const ends = [...sorted.slice(1), startNs + periodMs * 1e6];
      const widest = Math.max(...ends.map((end, index) => end - (sorted[index] ?? 0)));
      return { startNs, ratio: widest / ((periodMs * 1e6) / survivors) };
    });
}

/** Beats that a survivor fired again, or left out without saying so. */
function faultsOf(firings: readonly Firing[]): number {
  const last = new Map<string, number>();
  let faults = 0;
  for (const { agentId, beat, skipped } of firings) {
    const before = last.get(agentId);
    if (before !== undefined && beat !== before + 1 + skipped) faults += 1;
    last.set(agentId, beat);
  }
  return faults;
}

async function* measure(say: (line: string) => void): AsyncGenerator<Figure> {
  await using redis = await acquireTestRedis();
  const swarm = `bench-${randomUUID()}`;
  const origin = process.hrtime.bigint();
  const ids = Array.from({ length: agents }, (_, index) => `agent-${index}`);
  const workers = await startWorkers(
    Array.from({ length: processes }, (_, at) => ({
      ...{ store: { redis: redis.url, swarm }, goal: "spread" as const, periodMs, originNs: String(origin) },
      agentIds: ids.slice(at * each, (at + 1) * each),
    })),
  );
  await delay(3 * periodMs);
  say(`${killed} of ${processes} processes are killed`);
  await Promise.all(workers.slice(0, killed).map((worker) => worker.kill()));
  const listedNs = await listedAtNs(redis.url, swarm, origin);
  await delay(5 * periodMs);
  const accounts = await Promise.all(workers.slice(killed).map((worker) => worker.end()));
  const firings = accounts.flatMap((account) => account.firings);
  const conditions = `${agents} agents in ${processes} processes, ${killed} of them killed, T = ${periodMs / 1_000} s, all on one host`;
  const named = (name: string, unit: string) => ({ suite, name, conditions, unit });
  for (const [what, instantOf] of [
    ["intended instants", ({ atNs, latenessMs }: Firing) => atNs - latenessMs * 1e6],
    ["firings", ({ atNs }: Firing) => atNs],
  ] as const) {
    const cycles = gapsOf(firings, instantOf).filter(({ startNs }) => startNs >= listedNs - periodMs * 1e6);
    const lastUneven = cycles.findLastIndex(({ ratio }) => ratio > 1.1);
    const firstEvenNs = cycles[lastUneven + 1]?.startNs ?? Infinity;
    const periods = Math.max(0, (firstEvenNs - listedNs) / (periodMs * 1e6));
    yield single(
      named(`version that lists them to the first cycle of ≤ 1.1, for good, by ${what}`, "periods"),
      periods,
      survivors,
    );
    const late = cycles.filter(({ startNs }) => startNs >= listedNs + 2 * periodMs * 1e6).map(({ ratio }) => ratio);
    yield single(
      named(`worst max-gap ratio from two periods after the version on, by ${what}`, "ratio"),
      Math.max(...late),
      late.length,
    );
  }
  yield single(
    named("beats of survivors fired twice or missed in silence (R5)", "beats"),
    faultsOf(firings),
    survivors,
  );
}

/** The suite. */
export const swarmSpreadSuite: Suite = {
  name: suite,
  about:
    "A spread in real processes of which three in ten are killed at once: by the instants that the survivors meant and those at which they fired, on the " +
    "clock that all processes of the host share.",
  measure,
};
