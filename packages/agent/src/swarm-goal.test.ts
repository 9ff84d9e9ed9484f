import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, EntrainError } from "@entrain/kernel";
import { initialGoal, type GoalRecord } from "@entrain/core/rhythm";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createSwarmGoal } from "./swarm-goal.ts";

const stored: GoalRecord = { ...initialGoal("sync", 200, 0), goalVersion: 3 };

/** A goal whose store answers as told, one answer a reading; the last one is repeated. */
function goalOf(...answers: readonly (GoalRecord | EntrainError)[]) {
  const time = createVirtualTime();
  const heard: number[] = [];
  let readings = 0;
  const goal = createSwarmGoal({
    goals: {
      async readOrCreate() {
        const answer = answers[Math.min(readings, answers.length - 1)];
        readings += 1;
        if (answer instanceof EntrainError) throw answer;
        return answer ?? stored;
      },
    },
    clock: time.clock,
    timers: time.timers,
    random: createRandom("goal"),
    founding: { kind: "sync", periodMs: 1_000 },
    onGoal: ({ goalVersion }) => heard.push(goalVersion),
  });
  return { goal, time, heard, readings: () => readings };
}

test("the provisional goal yields to any", async () => {
  const { goal, heard } = goalOf(stored);
  assert.deepEqual([goal.known().goalVersion, goal.known().periodNs], [0, 1e9]);
  await goal.read();
  assert.deepEqual(goal.known(), stored);
  await goal.read();
  assert.deepEqual(heard, [3], "the same goal again is no news");
});

test("readings at the same time are one", async () => {
  const { goal, readings } = goalOf(stored);
  await Promise.all([goal.read(), goal.read()]);
  assert.equal(readings(), 1);
});

test("a store that answers late is read again until it names the goal", async () => {
  const late = new EntrainError("deadline-exceeded", "no answer");
  const { goal, time, heard, readings } = goalOf(late, late, stored);
  goal.follow();
  await time.advance(5_000);
  assert.deepEqual(heard, [3]);
  assert.equal(readings(), 3);
  assert.equal(time.pendingTimers(), 0);
});

test("a store that is away is not asked until somebody says it is back", async () => {
  const { goal, time, heard, readings } = goalOf(new EntrainError("store-unavailable", "away"), stored);
  goal.follow();
  await time.advance(5_000);
  assert.equal(readings(), 1);
  goal.follow();
  await time.advance(0);
  assert.deepEqual(heard, [3]);
});

test("nothing is read after the end", async () => {
  const { goal, time, readings } = goalOf(new EntrainError("deadline-exceeded", "no answer"));
  goal.follow();
  await time.advance(0);
  goal.stop();
  await time.advance(5_000);
  assert.equal(readings(), 1);
  assert.equal(time.pendingTimers(), 0);
});
