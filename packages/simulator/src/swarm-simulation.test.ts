/** Small runs of what the bench runs large: every goal, fault and attack that the simulator knows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { attackNames } from "./attack.ts";
import { checkSpec } from "./simulation-spec.ts";
import { cadencePpmFrom, heldSinceMs, peakLoadOf, spreadMsFrom } from "./swarm-record.ts";
import { simulate } from "./swarm-simulation.ts";

const sync = { kind: "sync", periodMs: 200 } as const;
const spread = { kind: "spread", periodMs: 2_000 } as const;
const sound = { repeated: 0, missed: 0, skipped: 0 };

test("one seed gives one run, to the byte, and another seed another", () => {
  const run = (seed: string): string =>
    JSON.stringify(
      simulate(checkSpec({ seed, agents: 12, goal: sync, durationMs: 3_000, changes: [{ atMs: 2_500, crash: 2 }] })),
    );
  assert.equal(run("a"), run("a"));
  assert.notEqual(run("a"), run("b"));
});

test("a trusted swarm is in step one flood after its founding, close together and at the commanded cadence", () => {
  for (const [profile, withinMs, spreadMs] of [
    ["lan", 60, 0.5],
    ["dc", 60, 1],
    ["wan", 170, 4],
  ] as const) {
    const record = simulate(checkSpec({ agents: 40, goal: sync, durationMs: 6_000, profile }));
    assert.ok((heldSinceMs(record) ?? Infinity) - (record.foundedMs ?? 0) <= withinMs, profile);
    assert.ok(
      (spreadMsFrom(record, 3_000, 0.99) ?? Infinity) <= spreadMs,
      `${profile}: ${spreadMsFrom(record, 3_000, 0.99)}`,
    );
    assert.ok(Math.abs(cadencePpmFrom(record, 200, 3_000) ?? Infinity) <= 100, profile);
  }
});

test("without compensation the swarm is coherent all the same, and runs slow", () => {
  const options = { agents: 20, goal: sync, durationMs: 6_000, profile: "wan", sampleMs: 50 } as const;
  const blind = simulate(checkSpec({ ...options, compensation: "none" }));
  const compensated = simulate(checkSpec(options));
  const slip = (record: typeof blind): number => cadencePpmFrom(record, 200, 3_200) ?? Number.NaN;
  assert.ok(slip(blind) > 1_000, `${slip(blind)} ppm`);
  assert.ok(Math.abs(slip(compensated)) < 500, `${slip(compensated)} ppm`);
});

test("R5: a spread is even after joins and after 30 % crash, and no honest agent fires twice or never in a cycle", () => {
  const changes = [
    { atMs: 8_000, join: 3 },
    { atMs: 16_000, crash: 0.3 },
  ];
  const record = simulate(checkSpec({ agents: 20, goal: spread, durationMs: 26_000, detectMs: 1_000, changes }));
  assert.deepEqual(record.faults, sound);
  const worst = (fromMs: number, toMs: number): number =>
    Math.max(...record.samples.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).map(({ order }) => order.value));
  assert.ok(worst(6_000, 8_000) < 1.05);
  assert.ok(worst(12_000, 16_000) < 1.05, "two periods after the join");
  assert.ok(worst(16_000, 17_000) > 1.5, "the hole is seen while nobody is told");
  assert.ok(worst(21_000, 26_000) < 1.05, "two periods after the version that lists the crash");
  assert.equal(peakLoadOf(record.lastFirings, 2_000, 16), 1);
});

test("clusters and a coherence of 0.5 are held under churn", () => {
  const changes = [
    { atMs: 4_000, join: 4 },
    { atMs: 6_000, crash: 4 },
  ];
  for (const goal of [
    { kind: "coherence", coherence: 0.5, periodMs: 200 },
    { kind: "cluster", groups: 3, periodMs: 200 },
  ] as const) {
    const record = simulate(checkSpec({ agents: 40, goal, durationMs: 8_000, detectMs: 500, changes }));
    assert.ok((heldSinceMs(record) ?? Infinity) <= 7_000, `${goal.kind}: held from ${heldSinceMs(record)}`);
    assert.deepEqual(record.faults, sound);
  }
});

test("the halves of a partition stay in step each, and the whole is back within two seconds of the healing", () => {
  const partitions = [{ fromMs: 4_000, toMs: 14_000, share: 0.5 }];
  const record = simulate(checkSpec({ agents: 20, goal: sync, durationMs: 17_000, sampleMs: 50, partitions }));
  const parts = record.samples.flatMap((sample) => sample.parts);
  assert.ok(parts.length > 0 && Math.min(...parts) >= 0.99);
  assert.ok((heldSinceMs(record) ?? Infinity) <= 16_000);
});

test("30 % liars of every kind move no honest agent under an untrusted goal, and some capture a trusted one", () => {
  const goal = { ...sync, trust: "untrusted" } as const;
  const worst = (attack: (typeof attackNames)[number], pursued: typeof goal | typeof sync): number => {
    const liars = { share: 0.3, attack };
    const record = simulate(
      checkSpec({ agents: 20, goal: pursued, durationMs: 7_000, sampleMs: 100, neighbours: 19, liars }),
    );
    return Math.min(...record.samples.filter(({ atMs }) => atMs >= 4_000).map(({ coherence }) => coherence));
  };
  for (const attack of attackNames)
    assert.ok(worst(attack, goal) >= 0.99, `R falls to ${worst(attack, goal)} under ${attack}`);
  assert.ok(worst("split", { ...goal, strategies: ["phase-nudge"] } as typeof goal) < 0.99, "plain averaging fails");
});

test("an impossible spec is refused by the name of its field", () => {
  const base = { agents: 5, goal: sync, durationMs: 1_000 };
  for (const [field, wrong] of [
    ["agents", { agents: 0 }],
    ["loss", { loss: 1.5 }],
    ["durationMs", { durationMs: Number.NaN }],
    ["profile", { profile: "moon" as "lan" }],
    ["liars", { liars: { share: 1, attack: "pull" as const } }],
    ["kind", { agents: 1, goal: spread }],
  ] as const)
    assert.throws(
      () => checkSpec({ ...base, ...wrong }),
      (thrown) => thrown instanceof EntrainError && thrown.field === field,
      field,
    );
});
