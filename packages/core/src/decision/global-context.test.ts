import assert from "node:assert/strict";
import { test } from "node:test";
import { globalContextOf, type GlobalSnapshot } from "./global-context.ts";

const snapshot: GlobalSnapshot = {
  leader: { agentId: "a", incarnation: 1, term: 7, generation: 1, leaseUntilMs: 9_999, remainingMs: 2_000 },
  health: 0.8,
  alive: 4,
  missing: 1,
  contextVersion: 3,
  generation: 1,
  recentDecisions: ["d-2", "d-1"],
};
const facts = { maxAgeMs: 100, healthMaxAgeMs: 5_000, leads: false, contextVersion: 2 };

test("the context names the version of the policy in use, not the newest one in the store", () => {
  const context = globalContextOf({ ...facts, timed: { snapshot, sentMs: 0 }, nowMs: 50 });
  assert.equal(context.contextVersion, 2);
  assert.deepEqual([context.leaderId, context.term, context.health, context.fresh], ["a", 7, 0.8, true]);
});

test("a quorum is more than half of everybody who should be there, the missing included", () => {
  assert.equal(globalContextOf({ ...facts, timed: { snapshot, sentMs: 0 }, nowMs: 0 }).quorumSize, 3);
  const even = { ...snapshot, alive: 4, missing: 0 };
  assert.equal(globalContextOf({ ...facts, timed: { snapshot: even, sentMs: 0 }, nowMs: 0 }).quorumSize, 3);
});

test("an old context says so, and its health is believed a while longer and then unknown", () => {
  const at = (nowMs: number) => globalContextOf({ ...facts, timed: { snapshot, sentMs: 0 }, nowMs });
  assert.deepEqual([at(100).fresh, at(101).fresh], [true, false]);
  assert.deepEqual([at(5_000).health, at(5_001).health], [0.8, null]);
});

test("before the first read everything is unknown, and one alone is no majority of nobody", () => {
  const context = globalContextOf({ ...facts, timed: undefined, nowMs: 0 });
  assert.deepEqual(
    [context.leaderId, context.term, context.health, context.cachedAt, context.fresh, context.quorumSize],
    [null, 0, null, null, false, 1],
  );
});
