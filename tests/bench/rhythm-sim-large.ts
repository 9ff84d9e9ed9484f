/**
 * The rhythm in simulation where it takes long: swarms of up to 5,000, a thousand periods under churn, ten seeds of each attack,
 * and the loss of half of a thousand. What is quick is in rhythm-sim.ts.
 */
import type { GoalRequest } from "@entrain/core/rhythm";
import {
  attackNames,
  cadencePpmFrom,
  checkSpec,
  heldSinceMs,
  peakLoadOf,
  simulate,
  spreadMsFrom,
  type SwarmRecord,
} from "@entrain/simulator";
import { churn, churnedGoals } from "./churned-goals.ts";
import { distribution, single, type Figure } from "./figure.ts";
import type { Suite } from "./suite.ts";

const sync = { kind: "sync", periodMs: 200 } as const satisfies GoalRequest;
type Say = (line: string) => void;
type Asked = Parameters<typeof checkSpec>[0];

const over = (seeds: number, asked: Asked): SwarmRecord[] =>
  Array.from({ length: seeds }, (_, index) => simulate(checkSpec({ ...asked, seed: `seed-${index}` })));
const within = <Item extends { readonly atMs: number }>(
  items: readonly Item[],
  fromMs: number,
  toMs = Infinity,
): Item[] => items.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
const faultsOf = (records: readonly SwarmRecord[]): number =>
  records.reduce((sum, { faults: { repeated, missed, skipped } }) => sum + repeated + missed + skipped, 0);

const namedIn = (suite: string) => (name: string, conditions: string, unit: string) => ({
  suite,
  name,
  conditions,
  unit,
});

function* largeSync(suite: string, say: Say): Generator<Figure> {
  const named = namedIn(suite);
  for (const [profile, agents, seeds, durationMs] of [
    ["dc", 1_000, 2, 7_000],
    ["dc", 5_000, 1, 5_000],
    ["wan", 1_000, 2, 5_000],
    ["wan", 5_000, 1, 5_000],
  ] as const) {
    say(`sync, ${agents} agents, ${profile}`);
    const records = over(seeds, { agents, goal: sync, durationMs, profile, sampleMs: 10 });
    const conditions = `${agents} agents, ${profile}, 1 % loss, ±100 ppm, T = 200 ms, k = 16`;
    const settled = records.map((record) => (heldSinceMs(record) ?? durationMs) - (record.foundedMs ?? 0));
    yield distribution(named("sync: founding to R ≥ 0.99", conditions, "ms"), settled);
    // Who founded at the same moment has fired beats of its own count, up to five ahead, before it heard of the older lineage.
    const spreads = records.map((record) => spreadMsFrom(record, (record.foundedMs ?? 0) + 1_500, 0.99) ?? Number.NaN);
    yield distribution(named("sync: spread of a beat from 1.5 s on, p99", conditions, "ms"), spreads);
  }
  say("sync, drift learnt");
  for (const agents of [10, 50, 200]) {
    const records = over(2, { agents, goal: sync, durationMs: 32_000, sampleMs: 50 });
    const conditions = `${agents} agents, dc, 1 % loss, ±100 ppm, T = 200 ms, k = 16, 2 updates/s`;
    const spreads = records.map((record) => spreadMsFrom(record, 20_000, 0.99) ?? Number.NaN);
    yield distribution(named("sync: spread of a beat from 20 s on, p99", conditions, "ms"), spreads);
    const cadences = records.map((record) => Math.abs(cadencePpmFrom(record, 200, 20_000) ?? Number.NaN));
    yield distribution(named("sync: |cadence error| from 20 s on", conditions, "ppm"), cadences);
  }
}

function* largeSpread(suite: string, say: Say): Generator<Figure> {
  const named = namedIn(suite);
  // The period is such that a slot is ten times as wide as what clocks differ by.
  for (const [agents, periodMs, seeds] of [
    [1_000, 20_000, 2],
    [5_000, 60_000, 1],
  ] as const) {
    say(`spread, ${agents} agents`);
    const [joinedMs, detectMs, crashMs] = [2_000, 1_000, 2.25 * periodMs];
    const changes = [{ atMs: crashMs, crash: 0.3 }];
    const goal = { kind: "spread", periodMs } as const;
    const timing = { durationMs: 4.75 * periodMs, detectMs, sampleMs: 500 };
    const records = over(seeds, { agents, goal, ...timing, changes });
    const conditions = `${agents} agents, dc, T = ${periodMs / 1_000} s`;
    const worst = (fromMs: number, toMs?: number): number[] =>
      records.map(({ samples }) => Math.max(...within(samples, fromMs, toMs).map(({ maxGapRatio }) => maxGapRatio)));
    yield distribution(
      named("spread: worst max-gap ratio from two periods after the last join on", conditions, "ratio"),
      worst(joinedMs + 2 * periodMs, crashMs),
    );
    yield distribution(
      named(
        "spread: worst max-gap ratio from two periods after the version that lists 30 % crashed",
        conditions,
        "ratio",
      ),
      worst(crashMs + detectMs + 2 * periodMs),
    );
    const loads = records.map(({ lastFirings }) => peakLoadOf(lastFirings, periodMs, agents * 0.7) ?? Number.NaN);
    yield distribution(named("spread: peak load after it", conditions, "× ideal"), loads);
    yield single(
      named("spread: beats fired twice, missed or skipped, all runs (R5)", conditions, "beats"),
      faultsOf(records),
      seeds,
    );
  }
}

function* thousandPeriods(suite: string, say: Say): Generator<Figure> {
  const named = namedIn(suite);
  const durationMs = 203_000;
  const changes = churn(19, 10_000);
  for (const { what, goal } of churnedGoals) {
    say(`${what}, 1,000 periods`);
    const records = over(1, { agents: 20, goal, durationMs, sampleMs: 100, detectMs: 500, changes });
    const held = records.map(({ samples }) => {
      const settled = within(samples, 3_000);
      return (100 * settled.filter(({ order }) => order.holds).length) / settled.length;
    });
    const conditions = "20 agents, dc, 1,000 periods of 200 ms, an agent crashes or joins every 10 s";
    yield distribution(named(`${what}: share of the time in which it held`, conditions, "%"), held);
  }
}

/** How many hear how many: what the transport allows an untrusted goal (runtime/rhythm/neighbourhood.ts). */
const crowdsWithLiars = [
  { agents: 20, neighbours: 19, shares: [0.1, 0.2, 0.3], form: "all hear all" },
  { agents: 64, neighbours: 63, shares: [0.3], form: "all hear all" },
  { agents: 200, neighbours: 32, shares: [0.1, 0.2, 0.3], form: "each hears 32" },
] as const;

function* tenSeedsOfLiars(suite: string, say: Say): Generator<Figure> {
  const named = namedIn(suite);
  const goal = { ...sync, trust: "untrusted" } as const;
  for (const { agents, neighbours, shares, form } of crowdsWithLiars)
    for (const share of shares)
      for (const attack of attackNames) {
        say(`liars: ${agents} agents, ${form}, ${share * 100} % ${attack}`);
        const liars = { share, attack };
        const records = over(10, { agents, neighbours, goal, durationMs: 7_000, sampleMs: 100, liars });
        const wins = records.filter((record) => {
          const lowest = Math.min(...within(record.samples, 4_000).map(({ coherence }) => coherence));
          return lowest >= 0.99 && Math.abs(cadencePpmFrom(record, 200, 4_000) ?? Infinity) <= 200;
        });
        const conditions = `${agents} agents, ${form}, ${share * 100} % lie (${attack}), dc, 1 % loss, from 2 s after the founding on`;
        yield single(named("liars: seeds with R ≥ 0.99 and cadence ≤ 200 ppm", conditions, "of 10"), wins.length, 10);
      }
}

function* lossOfHalf(suite: string, say: Say): Generator<Figure> {
  const named = namedIn(suite);
  say("loss of half of 1,000");
  const changes = [{ atMs: 5_000, crash: 0.5 }];
  const records = over(2, { agents: 1_000, goal: sync, durationMs: 9_000, changes });
  const conditions = "1,000 agents, dc, half crash at once, listed after 2 s";
  const floors = records.map(({ samples }) => Math.min(...within(samples, 5_000).map(({ coherence }) => coherence)));
  yield distribution(named("half crashes: lowest R of the rest", conditions, "R"), floors);
  const recovered = records.map((record) => Math.max(0, (heldSinceMs(record, 5_000) ?? Infinity) - 5_000));
  yield distribution(named("half crashes: until R ≥ 0.99 holds", conditions, "ms"), recovered);
}

function suiteOf(
  name: string,
  about: string,
  parts: readonly ((suite: string, say: Say) => Generator<Figure>)[],
): Suite {
  return {
    name,
    about,
    async *measure(say) {
      for (const part of parts) yield* part(name, say);
    },
  };
}

/** A suite for each part, so that none takes long. */
export const rhythmLargeSuites: readonly Suite[] = [
  suiteOf(
    "rhythm-sim-large",
    "The rhythm in virtual time, in swarms of 1,000 and 5,000, and once the clocks' drift is learnt.",
    [largeSync],
  ),
  suiteOf("rhythm-sim-loss", "Swarms of 1,000 and 5,000 in virtual time that lose 30 % or half at once.", [
    largeSpread,
    lossOfHalf,
  ]),
  suiteOf("rhythm-sim-long", "Clusters and partial coherence in virtual time, over a thousand periods of churn.", [
    thousandPeriods,
  ]),
  suiteOf("rhythm-sim-liars", "Ten seeds of every attack at three shares of liars, in virtual time.", [
    tenSeedsOfLiars,
  ]),
];
