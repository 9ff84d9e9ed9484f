import assert from "node:assert/strict";
import { test } from "node:test";
import { cycleAtUnixMs, firstGoal, initialGoal, isNewerGoal, nextGoal } from "./goal.ts";

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

test("R4: the next goal begins at a whole beat at least a second and two periods ahead, and its anchor continues the count", () => {
  for (const [periodMs, cycle, beat] of [
    [200, 100.4, 106],
    [5_000, 7.9, 10],
  ] as const) {
    const current = firstGoal({ kind: "sync", periodMs }, 0);
    const next = nextGoal(current, { kind: "cluster", groups: 3, periodMs: 50 }, { unixMs: cycle * periodMs, cycle });
    assert.equal(next.effectiveBeat, beat);
    assert.equal(next.goalVersion, 2);
    assert.equal(next.groups, 3);
    assert.equal(next.periodNs, 50e6);
    assert.ok(
      Math.abs(next.anchorUnixMs - beat * periodMs) < 1e-6,
      "the effective beat falls where the old goal has it",
    );
    assert.equal("periodMs" in next, false);
  }
});

test("a goal carries the one that holds before its first beat, and no more; the count back from its anchor goes by that one", () => {
  const first = firstGoal({ kind: "sync", periodMs: 1_000 }, 0);
  const next = nextGoal(first, { kind: "sync", periodMs: 200 }, { unixMs: 5_300, cycle: 5.3 });
  assert.deepEqual(next.before, first);
  assert.equal(cycleAtUnixMs(next, next.anchorUnixMs - 1_500), next.effectiveBeat - 1.5);
  assert.equal(cycleAtUnixMs(next, next.anchorUnixMs + 300), next.effectiveBeat + 1.5);
  const instead = nextGoal(next, { kind: "sync", periodMs: 300 }, { unixMs: 5_310, cycle: 5.31 });
  assert.equal(instead.effectiveBeat, next.effectiveBeat);
  assert.deepEqual(instead.before, first, "the one whose place it takes never held");
  const after = nextGoal(next, { kind: "sync", periodMs: 300 }, { unixMs: 60_000, cycle: 250 });
  assert.equal(after.before?.goalVersion, 2);
  assert.equal(after.before.before, undefined);
});
