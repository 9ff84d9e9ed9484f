/**
 * Swarms of real processes on this host, beating together every 200 ms, beside bare processes with one timer each on the clock
 * that they all share: as many, in the same run. What the bare ones miss is the host's; what the swarm adds is ours.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { quantile } from "@entrain/core/rhythm";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { cadencePpmOf, coherenceOf, spreadMsOf, wholeBeats, type BeatShare } from "./beat-tally.ts";
import { distribution, single, type Figure, type Peer } from "./figure.ts";
import type { Suite } from "./suite.ts";
import { startWorkers } from "./swarm-process.ts";
import type { SwarmWorkerAccount, SwarmWorkerTask } from "./swarm-worker.ts";

const periodMs = 200;
/** R3's window, in beats. */
const windowBeats = 15;
const measuredMs = 12_000;
/** Runs of which only the joining is measured, besides the whole one, and how long they are watched. */
const furtherJoins = 2;
const joinedMs = 5_000;

interface Size {
  readonly agents: number;
  readonly processes: number;
  /** From the last join to the window, ms: the beats of the window are those of a swarm that holds. */
  readonly settleMs: number;
}

/** One run: all processes, a few at a time; settled; measured; ended. */
async function run({ agents, processes, settleMs }: Size, store: SwarmWorkerTask["store"], windowMs = measuredMs) {
  const originNs = String(process.hrtime.bigint());
  const each = agents / processes;
  const ids = Array.from({ length: agents }, (_, index) => `agent-${index}`);
  const workers = await startWorkers(
    Array.from({ length: processes }, (_, at) => {
      return { store, goal: "sync", periodMs, originNs, agentIds: ids.slice(at * each, (at + 1) * each) };
    }),
  );
  await delay(store === undefined ? 0 : settleMs);
  for (const worker of workers) worker.begin();
  await delay(windowMs);
  const accounts = await Promise.all(workers.map((worker) => worker.end()));
  const beats = wholeBeats(accounts.flatMap(({ shares }) => shares));
  return { accounts, beats, lastJoinNs: Math.max(...workers.map(({ readyNs }) => readyNs)) };
}

/** From the last join to the first beat from which on R3's order and spread held for its window, ms; Infinity without one. */
function convergedAfterMs(beats: readonly BeatShare[], agents: number, lastJoinNs: number): number {
  const after = beats.filter(({ latestNs }) => latestNs >= lastJoinNs);
  const isHeld = (beat: BeatShare): boolean => beat.count === agents && coherenceOf(beat) >= 0.99;
  const first = after.findIndex((_, index) => {
    const window = after.slice(index, index + windowBeats);
    const p50 = quantile(window.map(spreadMsOf), 0.5) ?? Infinity;
    return window.length === windowBeats && window.every(isHeld) && p50 <= Math.max(5, periodMs / 100);
  });
  return first < 0 ? Infinity : Math.max(0, ((after[first]?.latestNs ?? 0) - lastJoinNs) / 1e6);
}

/** The beats of the last seconds, of which the very last may be cut off. */
function measured(beats: readonly BeatShare[]): readonly BeatShare[] {
  return beats.slice(-Math.floor(measuredMs / periodMs), -2);
}

async function* measureSize(suite: string, size: Size, redis: string): AsyncGenerator<Figure> {
  const { agents, processes } = size;
  const swarm = await run(size, { redis, swarm: `bench-${randomUUID()}` });
  const convergedMs = [convergedAfterMs(swarm.beats, agents, swarm.lastJoinNs)];
  for (let join = 0; join < furtherJoins; join++) {
    const { beats, lastJoinNs } = await run(size, { redis, swarm: `bench-${randomUUID()}` }, joinedMs);
    convergedMs.push(convergedAfterMs(beats, agents, lastJoinNs));
  }
  const bare = await run(size, undefined);
  const packed = agents === processes ? "a process each" : `${processes} processes`;
  const conditions = `${agents} agents, ${packed}, sync, T = ${periodMs} ms, all on one host, ${measuredMs / 1_000} s`;
  const named = (name: string, unit: string) => ({ suite, name, conditions, unit });
  const beats = measured(swarm.beats);
  const [spreads, bareSpreads] = [beats.map(spreadMsOf), measured(bare.beats).map(spreadMsOf)];
  const peerAt = (p: number): Peer => ({ name: "bare processes", p50: quantile(bareSpreads, p) ?? Number.NaN });
  yield distribution(named("last join to R ≥ 0.99 and a spread of 5 ms, held for 3 s", "ms"), convergedMs);
  yield distribution(named("spread of a beat", "ms"), spreads, peerAt(0.5));
  yield single(named("spread of a beat, p99", "ms"), quantile(spreads, 0.99) ?? Number.NaN, beats.length, peerAt(0.99));
  const incomplete = beats.filter(({ count }) => count !== agents).length;
  yield single(named("beats that not everyone fired", "%"), (100 * incomplete) / beats.length, beats.length);
  yield single(named("cadence error", "ppm"), cadencePpmOf(beats, periodMs), beats.length);
  const perAgent = (of: (account: SwarmWorkerAccount) => number): number =>
    swarm.accounts.reduce((sum, account) => sum + of(account), 0) / agents;
  const perSecond = (of: (account: SwarmWorkerAccount) => number): number =>
    perAgent((account) => (of(account) * 1_000) / account.windowMs);
  yield single(
    named("CPU per agent", "ms/s"),
    perSecond(({ cpuMs }) => cpuMs),
    agents,
  );
  yield single(
    named("memory per agent", "MB"),
    perAgent(({ rssBytes }) => rssBytes / 1e6),
    agents,
  );
  yield single(
    named("bytes sent per agent", "B/s"),
    perSecond(({ writtenBytes }) => writtenBytes),
    agents,
  );
}

const about =
  "Agents of the library in real processes on this host, each beat's latest minus earliest firing on the clock that all of them " +
  "share, beside as many bare processes with one timer each on that clock. CPU, memory and bytes are those of the swarm's " +
  "processes within the window; the store's are not counted.";

/** A suite for each size, so that none takes long: the small ones with a process for each agent, the others packed. */
export const swarmSuites: readonly Suite[] = [
  { agents: 20, processes: 20, settleMs: 4_000 },
  { agents: 50, processes: 50, settleMs: 8_000 },
  { agents: 200, processes: 8, settleMs: 4_000 },
  { agents: 1_000, processes: 8, settleMs: 8_000 },
  { agents: 2_000, processes: 8, settleMs: 16_000 },
].map((size) => {
  const name = `swarm-${size.agents}`;
  return {
    name,
    about,
    async *measure(say) {
      await using redis = await acquireTestRedis();
      say(`${size.agents} agents in ${size.processes} processes`);
      yield* measureSize(name, size, redis.url);
    },
  };
});
