import assert from "node:assert/strict";
import { test } from "node:test";
import { globalContextOf, type GlobalSnapshot } from "./global-context.ts";

const snapshot: GlobalSnapshot = {
  leader: { agentId: "a", incarnation: 1, term: 7, generation: 1, leaseUntilMs: 9_999, remainingMs: 2_000 },
  health: 0.8,
  alive: 4,
  missing: 1,
  voters: 5,
  votersDead: 1,
  contextVersion: 3,
  generation: 1,
  recentDecisions: ["d-2", "d-1"],
};
const policy = { contextVersion: 2, policyHash: "ab12" };
const facts = { maxAgeMs: 100, healthMaxAgeMs: 5_000, leads: false, assignedRole: null, ...policy, votersMin: 2 };

test("the context names the version of the policy in use, not the newest one in the store", () => {
  const context = globalContextOf({ ...facts, timed: { snapshot, sentMs: 0 }, nowMs: 50 });
  assert.deepEqual([context.contextVersion, context.policyHash], [2, "ab12"]);
  assert.deepEqual([context.leaderId, context.term, context.health, context.fresh], ["a", 7, 0.8, true]);
});

test("a quorum is more than half of the voters, whoever is alive, and never fewer than is said (M2)", () => {
  const quorum = (voters: number, votersMin = 2) =>
    globalContextOf({ ...facts, votersMin, timed: { snapshot: { ...snapshot, voters }, sentMs: 0 }, nowMs: 0 })
      .quorumSize;
  assert.deepEqual([quorum(5), quorum(4), quorum(1), quorum(0), quorum(5, 4)], [3, 3, 2, 2, 4]);
});

test("whether a quorum is there is told by the voters that are alive, and not believed for longer than the health", () => {
  const quorum = (votersDead: number, nowMs = 0) =>
    globalContextOf({ ...facts, timed: { snapshot: { ...snapshot, votersDead }, sentMs: 0 }, nowMs }).quorum;
  assert.deepEqual(
    [quorum(0), quorum(3)],
    [
      { present: 5, needed: 3 },
      { present: 2, needed: 3 },
    ],
  );
  assert.deepEqual([quorum(0, 5_000), quorum(0, 5_001)], [{ present: 5, needed: 3 }, null]);
});

test("an old context says so, and its health is believed a while longer and then unknown", () => {
  const at = (nowMs: number) => globalContextOf({ ...facts, timed: { snapshot, sentMs: 0 }, nowMs });
  assert.deepEqual([at(100).fresh, at(101).fresh, at(101).ageMs], [true, false, 101]);
  assert.deepEqual([at(5_000).health, at(5_001).health], [0.8, null]);
});

test("before the first read everything is unknown, and one alone is no quorum", () => {
  const context = globalContextOf({ ...facts, timed: undefined, nowMs: 0 });
  assert.deepEqual(
    [
      context.leaderId,
      context.term,
      context.health,
      context.cachedAt,
      context.ageMs,
      context.fresh,
      context.quorumSize,
    ],
    [null, 0, null, null, null, false, 2],
  );
});
