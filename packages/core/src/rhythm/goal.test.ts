import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { checkGoal, cycleAtUnixMs, initialGoal, isNewerGoal } from "./goal.ts";

const refused = (field: string) => (thrown: unknown) => thrown instanceof EntrainError && thrown.field === field;

test("a goal within the limits passes", () => {
  checkGoal({ kind: "sync", periodMs: 20 });
  checkGoal({ kind: "sync", periodMs: 86_400_000 });
});

test("an impossible period is refused with the limits", () => {
  for (const periodMs of [0, -1, 19.9, 86_400_001, Number.NaN, Infinity])
    assert.throws(() => {
      checkGoal({ kind: "sync", periodMs });
    }, refused("periodMs"));
});

test("an unknown kind is refused", () => {
  assert.throws(() => {
    checkGoal({ kind: "waltz", periodMs: 1000 });
  }, refused("kind"));
});

test("the anchor names beat 0 at its creation and beat 5 five periods later", () => {
  const goal = initialGoal("sync", 200, 1_700_000_000_000);
  assert.equal(cycleAtUnixMs(goal, 1_700_000_000_000), 0);
  assert.equal(cycleAtUnixMs(goal, 1_700_000_001_000), 5);
});

test("only a higher version replaces a goal", () => {
  const goal = initialGoal("sync", 200, 0);
  assert.equal(isNewerGoal(goal, undefined), true);
  assert.equal(isNewerGoal(goal, goal), false);
  assert.equal(isNewerGoal({ ...goal, goalVersion: 2 }, goal), true);
});
