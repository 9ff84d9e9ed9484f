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

test("what follows a slow goal waits for no slow beat: its period holds two seconds on, its shape from the beat that ends the cycle", () => {
  const hourMs = 3_600_000;
  const hourly = firstGoal({ kind: "spread", periodMs: hourMs }, 0);
  const at = { unixMs: 84.25 * hourMs, cycle: 84.25 };
  const next = nextGoal(hourly, { kind: "sync", periodMs: 1_000 }, at);
  assert.equal(next.periodFromCycle, 84.25 + 2_000 / hourMs);
  assert.equal(next.effectiveBeat, 85);
  const restMs = (85 - (next.periodFromCycle ?? 0)) * 1_000;
  assert.ok(Math.abs(next.anchorUnixMs - at.unixMs - 2_000 - restMs) < 1e-3, "85 is less than three seconds away");
  assert.ok(Math.abs(cycleAtUnixMs(next, at.unixMs) - 84.25) < 1e-9, "before that the count goes by the slow period");
  assert.ok(Math.abs(cycleAtUnixMs(next, next.anchorUnixMs + 3_000) - 88) < 1e-9);
});

test("a goal that follows before a slow one's first beat has come does not wait for it either", () => {
  const dayMs = 86_400_000;
  const fast = firstGoal({ kind: "sync", periodMs: 1_000 }, 0);
  const daily = nextGoal(fast, { kind: "spread", periodMs: dayMs }, { unixMs: 10_500, cycle: 10.5 });
  assert.equal(daily.periodFromCycle, undefined);
  const hourly = nextGoal(daily, { kind: "spread", periodMs: dayMs / 24 }, { unixMs: 20_000, cycle: 13.0001 });
  const again = nextGoal(hourly, { kind: "sync", periodMs: 1_000 }, { unixMs: 23_000, cycle: 13.0005 });
  assert.ok(hourly.effectiveBeat === 14 && again.effectiveBeat === 14);
  assert.ok(again.anchorUnixMs - 23_000 < 3_001, `${again.anchorUnixMs - 23_000} ms`);
  const atOnce = nextGoal(hourly, { kind: "sync", periodMs: 1_000 }, { unixMs: 20_100, cycle: 13.0001 });
  assert.equal(atOnce.periodFromCycle, hourly.periodFromCycle, "it takes the place of the one that is still ahead");
  assert.deepEqual(atOnce.before?.goalVersion, daily.goalVersion, "which never held");
  assert.ok(atOnce.anchorUnixMs - 20_100 < 3_001, `${atOnce.anchorUnixMs - 20_100} ms`);
  const late = nextGoal(hourly, { kind: "sync", periodMs: 1_000 }, { unixMs: 21_500, cycle: 13.0001 });
  assert.ok((late.periodFromCycle ?? 0) > (hourly.periodFromCycle ?? 0), "under a second before it, it follows on it");
});
