/**
 * The rhythm in simulation: the same core in virtual time, over data-centre and wide-area delays, with loss, drift, churn,
 * partitions and liars. Every figure is over seeds, and every run can be repeated by its seed to the byte.
 *
 * Peers: for strategies the same strategy without delay compensation; for spread hash and random jitter over as many agents;
 * for the untrusted goal plain averaging (phase-nudge) and the trusted default under the same attack.
 */
import { createRandom, hash32 } from "@entrain/kernel";
import { quantile, type GoalRequest } from "@entrain/core/rhythm";
import {
  attackNames,
  cadencePpmFrom,
  checkSpec,
  heldSinceMs,
  peakLoadOf,
  simulate,
  spreadMsFrom,
  type SimulationSpec,
  type SwarmRecord,
} from "@entrain/simulator";
import { churn, churnedGoals } from "./churned-goals.ts";
import { distribution, single, type Figure } from "./figure.ts";
import { kernelSpeed, pulseSpeed } from "./kernel-speed.ts";
import { slotMovement } from "./slot-movement.ts";
import type { Suite } from "./suite.ts";

const suite = "rhythm-sim";
const sync = { kind: "sync", periodMs: 200 } as const satisfies GoalRequest;
type Say = (line: string) => void;
type Asked = Parameters<typeof checkSpec>[0];

const seedsOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `seed-${index}`);
const over = (seeds: number, asked: Asked): SwarmRecord[] =>
  seedsOf(seeds).map((seed) => simulate(checkSpec({ ...asked, seed })));
const named = (name: string, conditions: string, unit: string) => ({ suite, name, conditions, unit });

/** From the first founding to the order that held to the end, ms; the whole run where it did not. */
function settleMs(record: SwarmRecord, durationMs: number): number {
  return (heldSinceMs(record) ?? durationMs) - (record.foundedMs ?? 0);
}

function* trustedSync(say: Say): Generator<Figure> {
  const durationMs = 7_000;
  for (const [profile, agents, seeds] of [
    ["dc", 10, 5],
    ["dc", 50, 5],
    ["dc", 200, 5],
    ["dc", 1_000, 2],
    ["wan", 10, 5],
    ["wan", 200, 3],
  ] as const) {
    say(`sync, ${agents} agents, ${profile}`);
    const records = over(seeds, { agents, goal: sync, durationMs, profile, sampleMs: 5 });
    const conditions = `${agents} agents, ${profile}, 1 % loss, ±100 ppm, T = 200 ms, k = 16`;
    const values = (of: (record: SwarmRecord) => number | undefined): number[] =>
      records.map((r) => of(r) ?? Number.NaN);
    yield distribution(
      named("sync: founding to R ≥ 0.99", conditions, "ms"),
      values((r) => settleMs(r, durationMs)),
    );
    const firstSecond = values(apartMsInFirstSecond);
    yield distribution(named("sync: latest minus earliest reference at 25 updates/s", conditions, "ms"), firstSecond);
    yield distribution(
      named("sync: spread of a beat at 2 updates/s, p99", conditions, "ms"),
      values((r) => spreadMsFrom(r, 4_500, 0.99)),
    );
    yield distribution(
      named("sync: |cadence error|", conditions, "ppm"),
      values((r) => Math.abs(cadencePpmFrom(r, 200, 3_500) ?? Number.NaN)),
    );
  }
}

/** Median over the first second in step of how far the references lie apart, ms. */
function apartMsInFirstSecond({ samples, foundedMs = 0 }: SwarmRecord): number | undefined {
  return quantile(
    within(samples, foundedMs + 200, foundedMs + 1_000).map(({ apartMs }) => apartMs),
    0.5,
  );
}

function* classicStrategies(say: Say): Generator<Figure> {
  const durationMs = 12_000;
  for (const name of [
    "flooded-reference",
    "phase-nudge",
    "frequency-lock",
    "pulse-coupling",
    "energy-aware",
    "adaptive",
    "robust",
  ]) {
    say(`strategy ${name}`);
    const asked = { agents: 50, goal: { ...sync, strategies: [name] }, durationMs, sampleMs: 10 };
    const times = over(3, asked).map((record) => settleMs(record, durationMs));
    const blind = over(3, { ...asked, compensation: "none" });
    const blindTimes = blind.map((record) => settleMs(record, durationMs));
    const conditions = `50 agents, dc, 1 % loss, ±100 ppm, T = 200 ms; ${durationMs - 2_000} = not within the run`;
    const peer = { name: "uncompensated", p50: quantile(blindTimes, 0.5) ?? Number.NaN };
    yield distribution(named(`${name}: founding to R ≥ 0.99`, conditions, "ms"), times, peer);
    const slips = blind.map((record) => cadencePpmFrom(record, 200, 5_000) ?? Number.NaN);
    yield distribution(named(`${name}: cadence error without compensation`, conditions, "ppm"), slips);
  }
}

function* spreads(say: Say): Generator<Figure> {
  const periodMs = 10_000;
  for (const agents of [10, 50, 200]) {
    say(`spread, ${agents} agents`);
    const changes = [
      { atMs: 20_000, join: 1 },
      { atMs: 60_000, crash: 0.3 },
    ];
    const asked = {
      agents,
      goal: { kind: "spread", periodMs },
      durationMs: 100_000,
      detectMs: 2_000,
      sampleMs: 50,
      changes,
    } as const;
    const records = over(3, asked);
    const conditions = `${agents} agents, dc, T = 10 s`;
    const worst = (fromMs: number, toMs: number) =>
      records.map(({ samples }) => Math.max(...within(samples, fromMs, toMs).map(({ maxGapRatio }) => maxGapRatio)));
    yield distribution(
      named("spread: worst max-gap ratio from two periods after a join on", conditions, "ratio"),
      worst(40_000, 60_000),
    );
    yield distribution(
      named(
        "spread: worst max-gap ratio from two periods after the version that lists 30 % crashed",
        conditions,
        "ratio",
      ),
      worst(82_000, 100_000),
    );
    const faults = records.map(({ faults: { repeated, missed, skipped } }) => repeated + missed + skipped);
    yield single(
      named("spread: beats fired twice, missed or skipped, all runs (R5)", conditions, "beats"),
      sum(faults),
      records.length,
    );
    const loads = records.map(
      (record) => peakLoadOf(record.lastFirings, periodMs, Math.round((agents + 1) * 0.7)) ?? Number.NaN,
    );
    for (const peer of jitterPeers(Math.round((agents + 1) * 0.7), periodMs))
      yield distribution(named(`spread: peak load beside ${peer.name}`, conditions, "× ideal"), loads, peer);
  }
}

/** Peak load of agents that choose their instant by a hash of their id, or by chance. */
function jitterPeers(agents: number, periodMs: number) {
  const random = createRandom("jitter");
  const load = (place: (index: number, round: number) => number): number =>
    quantile(
      Array.from({ length: 20 }, (_, round) => {
        const instants = Array.from({ length: agents }, (__, index) => place(index, round) * periodMs);
        return peakLoadOf(instants, periodMs, agents) ?? 0;
      }),
      0.5,
    ) ?? 0;
  return [
    { name: "hash", p50: load((index, round) => hash32(`service-${index}`, round) / 2 ** 32) },
    { name: "random jitter", p50: load(() => random.next()) },
  ];
}

function* heldUnderChurn(say: Say): Generator<Figure> {
  const durationMs = 60_000;
  const changes = churn(10, 5_000);
  for (const { what, goal } of churnedGoals) {
    say(what);
    const records = over(3, { agents: 50, goal, durationMs, sampleMs: 20, detectMs: 500, changes });
    const shares = records.map(({ samples }) => {
      const settled = within(samples, 3_000, durationMs);
      return (100 * settled.filter(({ order }) => order.holds).length) / settled.length;
    });
    const conditions =
      "50 agents, dc, 300 periods of 200 ms, an agent crashes or joins every 5 s, crashes listed after 0.5 s";
    yield distribution(named(`${what}: share of the time in which it held`, conditions, "%"), shares);
  }
}

function* liars(say: Say): Generator<Figure> {
  const untrusted = { ...sync, trust: "untrusted" } as const;
  const worstOf = (spec: Partial<SimulationSpec> & { goal: GoalRequest }, seeds: number) => {
    const records = over(seeds, { agents: 40, neighbours: 39, durationMs: 10_000, sampleMs: 50, ...spec });
    return {
      coherence: records.map(({ samples }) =>
        Math.min(...within(samples, 5_000, 10_000).map(({ coherence }) => coherence)),
      ),
      cadence: records.map((record) => Math.abs(cadencePpmFrom(record, 200, 5_000) ?? Number.NaN)),
    };
  };
  for (const attack of attackNames) {
    say(`liars: ${attack}`);
    for (const share of [0.1, 0.2, 0.3]) {
      const spec = { liars: { share, attack } };
      const conditions = `40 agents, all hear all, ${share * 100} % lie (${attack}), dc, 1 % loss`;
      const robust = worstOf({ ...spec, goal: untrusted }, 3);
      const averaging = worstOf({ ...spec, goal: { ...sync, strategies: ["phase-nudge"] } }, 1);
      const peer = { name: "plain averaging", p50: averaging.coherence[0] ?? Number.NaN };
      yield distribution(named("liars: lowest R of the honest, untrusted", conditions, "R"), robust.coherence, peer);
      const averagingCadence = { name: "plain averaging", p50: averaging.cadence[0] ?? Number.NaN };
      yield distribution(
        named("liars: |cadence error| of the honest, untrusted", conditions, "ppm"),
        robust.cadence,
        averagingCadence,
      );
      if (share < 0.3) continue;
      const trusted = worstOf({ ...spec, goal: sync }, 1);
      yield distribution(named("liars: lowest R of the honest, trusted default", conditions, "R"), trusted.coherence);
      yield distribution(
        named("liars: |cadence error| of the honest, trusted default", conditions, "ppm"),
        trusted.cadence,
      );
    }
  }
}

function* disturbances(say: Say): Generator<Figure> {
  say("partition");
  const partitions = [{ fromMs: 4_000, toMs: 34_000, share: 0.5 }];
  const cut = over(3, { agents: 50, goal: sync, durationMs: 38_000, sampleMs: 20, partitions });
  const conditions = "50 agents, dc, half cut off for 30 s";
  yield distribution(
    named("partition: lowest R of a half", conditions, "R"),
    cut.map(({ samples }) => Math.min(...samples.flatMap(({ parts }) => parts))),
  );
  const healed = cut.map((record) => Math.max(0, (heldSinceMs(record, 34_000) ?? Infinity) - 34_000));
  yield distribution(named("partition: healing to R ≥ 0.99 of the whole", conditions, "ms"), healed);
  say("loss of half");
  const lost = over(2, { agents: 500, goal: sync, durationMs: 10_000, changes: [{ atMs: 5_000, crash: 0.5 }] });
  const floors = lost.map(({ samples }) =>
    Math.min(...within(samples, 5_000, 10_000).map(({ coherence }) => coherence)),
  );
  yield distribution(named("half crashes: lowest R of the rest", "500 agents, dc, listed after 2 s", "R"), floors);
}

function within<Item extends { readonly atMs: number }>(items: readonly Item[], fromMs: number, toMs: number): Item[] {
  return items.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export const rhythmSimSuite: Suite = {
  name: suite,
  about:
    "the rhythm in virtual time: goals, strategies and faults over seeds, beside uncompensated, hash, jitter and plain averaging",
  async *measure(say) {
    for (const part of [trustedSync, classicStrategies, spreads, heldUnderChurn, liars, disturbances]) yield* part(say);
    yield* slotMovement(suite, say);
    yield* kernelSpeed(suite, say);
    yield* pulseSpeed(suite, say);
  },
};
