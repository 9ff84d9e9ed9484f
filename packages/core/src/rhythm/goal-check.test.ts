import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EntrainError } from "@entrain/kernel";
import { checkGoal, judgeGoal, type GoalSwarm, type UncheckedGoal } from "./goal-check.ts";

const refusal = (goal: UncheckedGoal, swarm: GoalSwarm = {}) => {
  const verdict = judgeGoal(goal, swarm);
  assert.equal(verdict.possible, false);
  return { field: verdict.field, nearest: verdict.nearest };
};

test("goals within the limits pass, and come back as they were asked for", () => {
  for (const goal of [
    { kind: "sync", periodMs: 20 },
    { kind: "sync", periodMs: 86_400_000, trust: "untrusted" },
    { kind: "spread", periodMs: 1_000 },
    { kind: "cluster", groups: 3, periodMs: 1_000 },
    { kind: "coherence", coherence: 0.5, periodMs: 1_000, strategies: ["phase-nudge"] },
    { kind: "coherence", coherence: 0, periodMs: 1_000 },
    { kind: "coherence", coherence: 1, periodMs: 1_000 },
  ])
    assert.deepEqual(checkGoal(goal, { agents: 5 }), goal);
});

test("an impossible period is refused, and the nearest limit offered", () => {
  for (const [periodMs, nearest] of [
    [0, 20],
    [-1, 20],
    [19.9, 20],
    [86_400_001, 86_400_000],
    [Infinity, 86_400_000],
    [Number.NaN, 1_000],
  ] as const)
    assert.deepEqual(refusal({ kind: "sync", periodMs }), {
      field: "periodMs",
      nearest: { kind: "sync", periodMs: nearest },
    });
});

test("a spread with one agent is refused: the nearest goal is sync", () => {
  const one = refusal({ kind: "spread", periodMs: 50 }, { agents: 1 });
  assert.deepEqual(one, { field: "kind", nearest: { kind: "sync", periodMs: 50 } });
  assert.equal(judgeGoal({ kind: "spread", periodMs: 50 }, { agents: 2 }).possible, true);
  assert.equal(judgeGoal({ kind: "spread", periodMs: 50 }).possible, true, "nobody knows the size of the swarm yet");
});

test("a coherence outside 0..1 is refused, and the nearest one offered", () => {
  const of = (coherence: number | undefined, agents = 5) =>
    refusal({ kind: "coherence", coherence, periodMs: 50 }, { agents });
  assert.deepEqual(of(1.2), { field: "coherence", nearest: { kind: "coherence", coherence: 1, periodMs: 50 } });
  assert.deepEqual(of(-1), { field: "coherence", nearest: { kind: "coherence", coherence: 0, periodMs: 50 } });
  assert.equal(of(0.5, 1).nearest.coherence, 1, "one agent is always coherent");
});

test("a cluster of no groups, of parts of groups or of more groups than agents is refused", () => {
  const of = (groups: number | undefined) => refusal({ kind: "cluster", groups, periodMs: 50 }, { agents: 5 });
  assert.deepEqual(
    [0, 2.6, 6].map((groups) => of(groups).nearest.groups),
    [1, 3, 5],
  );
  assert.equal(of(0).field, "groups");
});

test("a cluster and a coherence of which nothing more is said are the usual ones", () => {
  assert.equal(checkGoal({ kind: "cluster", periodMs: 50 }).groups, 2);
  assert.equal(checkGoal({ kind: "cluster", periodMs: 50 }, { agents: 1 }).groups, 1);
  assert.equal(checkGoal({ kind: "coherence", periodMs: 50 }).coherence, 0.5);
});

test("unknown kinds, trusts and strategies, and fields of another kind, are refused by name", () => {
  assert.equal(refusal({ kind: "waltz", periodMs: 1_000 }).field, "kind");
  assert.equal(refusal({ kind: "sync", periodMs: 1_000, trust: "maybe" }).field, "trust");
  assert.equal(refusal({ kind: "sync", periodMs: 1_000, groups: 2 }).field, "groups");
  assert.equal(refusal({ kind: "sync", periodMs: 1_000, coherence: 0.5 }).field, "coherence");
  const strategies = new Set(["robust"]);
  const unknown = refusal({ kind: "sync", periodMs: 1_000, strategies: ["robust", "luck"] }, { strategies });
  assert.deepEqual(unknown.nearest.strategies, ["robust"]);
});

test("the error of a refusal carries the nearest possible goal as data", () => {
  assert.throws(
    () => checkGoal({ kind: "sync", periodMs: 1 }),
    (thrown) => {
      assert.ok(thrown instanceof EntrainError);
      assert.equal(thrown.code, "invalid-argument");
      assert.equal(thrown.field, "periodMs");
      assert.deepEqual(thrown.nearest, { kind: "sync", periodMs: 20 });
      return true;
    },
  );
});

test("the nearest goal of any refusal is itself possible", () => {
  const number = fc.oneof(fc.double(), fc.integer({ min: -3, max: 12 }), fc.constant(undefined));
  fc.assert(
    fc.property(
      fc.record({
        kind: fc.constantFrom("sync", "spread", "cluster", "coherence", "waltz"),
        periodMs: fc.oneof(fc.double(), fc.integer({ min: 0, max: 100 })),
        groups: number,
        coherence: number,
        trust: fc.constantFrom(undefined, "trusted", "untrusted", "?"),
        strategies: fc.option(fc.array(fc.constantFrom("a", "b", "c")), { nil: undefined }),
      }),
      fc.constantFrom(undefined, 1, 2, 7),
      (goal, agents) => {
        const swarm = { strategies: new Set(["a", "b"]), ...(agents === undefined ? {} : { agents }) };
        const verdict = judgeGoal(goal, swarm);
        if (!verdict.possible) assert.equal(judgeGoal(verdict.nearest, swarm).possible, true);
      },
    ),
  );
});
