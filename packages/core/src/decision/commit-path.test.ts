import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nextCommitStep, type CommitFacts } from "./commit-path.ts";

const facts: CommitFacts = {
  nowMs: 1_000,
  startedMs: 1_000,
  committed: false,
  leads: false,
  leaderKnown: true,
  policy: { leaderFirstMs: 60, budgetMs: 1_000 },
};

test("a known decision is adopted, even by a leader and after the budget", () => {
  assert.deepEqual(nextCommitStep({ ...facts, committed: true, leads: true }), { kind: "adopt" });
  assert.deepEqual(nextCommitStep({ ...facts, committed: true, nowMs: 9_999 }), { kind: "adopt" });
});

test("the leader proposes at once", () => {
  assert.deepEqual(nextCommitStep({ ...facts, leads: true }), { kind: "propose", asLeader: true });
});

test("a follower leaves the leader its chance and then proposes itself", () => {
  assert.deepEqual(nextCommitStep(facts), { kind: "wait", untilMs: 1_060 });
  assert.deepEqual(nextCommitStep({ ...facts, nowMs: 1_059.9 }), { kind: "wait", untilMs: 1_060 });
  assert.deepEqual(nextCommitStep({ ...facts, nowMs: 1_060 }), { kind: "propose", asLeader: false });
});

test("without a leader a follower does not wait", () => {
  assert.deepEqual(nextCommitStep({ ...facts, leaderKnown: false }), { kind: "propose", asLeader: false });
});

test("when the budget is spent the safe action is taken alone, also by a leader", () => {
  assert.deepEqual(nextCommitStep({ ...facts, leads: true, nowMs: 2_000 }), { kind: "safe-alone" });
});

test("a wait always ends before the budget does", () => {
  const any = fc.record({
    nowMs: fc.integer({ min: 0, max: 3_000 }),
    leads: fc.boolean(),
    leaderKnown: fc.boolean(),
    budgetMs: fc.integer({ min: 2, max: 2_000 }),
    share: fc.integer({ min: 1, max: 99 }),
  });
  fc.assert(
    fc.property(any, ({ nowMs, leads, leaderKnown, budgetMs, share }) => {
      const policy = { budgetMs, leaderFirstMs: (budgetMs * share) / 100 };
      const step = nextCommitStep({ nowMs, startedMs: 0, committed: false, leads, leaderKnown, policy });
      if (step.kind === "wait") assert.ok(step.untilMs > nowMs && step.untilMs < budgetMs);
    }),
  );
});
