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
  const offered: number[] = [];
  const rhythm: { goal: GoalRecord | undefined } = { goal: undefined };
  let tell: (goal: GoalRecord) => void = () => undefined;
  let readings = 0;
  const goal = createSwarmGoal({
    goals: {
      watch(onGoal) {
        tell = onGoal;
        return () => {
          tell = () => undefined;
        };
      },
      async readOrCreate(initial) {
        const answer = answers[Math.min(readings, answers.length - 1)];
        readings += 1;
        offered.push(initial.goalVersion);
        if (answer instanceof EntrainError) throw answer;
        return answer ?? stored;
      },
    },
    clock: time.clock,
    timers: time.timers,
    random: createRandom("goal"),
    founding: { kind: "sync", periodMs: 1_000 },
    carried: () => rhythm.goal,
    onGoal: ({ goalVersion }) => heard.push(goalVersion),
  });
  return { goal, time, heard, offered, rhythm, readings: () => readings, tell: (told: GoalRecord) => tell(told) };
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
  await time.advance(1_000);
  assert.deepEqual(heard, [3]);
  assert.equal(readings(), 3);
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

test("a goal that is told is taken at once, an older one never", async () => {
  const { goal, heard, tell } = goalOf(stored);
  tell({ ...stored, goalVersion: 4 });
  tell(stored);
  await goal.read();
  assert.deepEqual([heard, goal.known().goalVersion], [[4], 4]);
});

test("a goal that nobody told is read within five seconds", async () => {
  const { goal, time, heard } = goalOf(stored, { ...stored, goalVersion: 4 });
  goal.follow();
  await time.advance(5_100);
  assert.deepEqual(heard, [3, 4]);
});

test("S1: a store that has lost the goal is offered the newest one known, also one that only frames brought", async () => {
  const { goal, offered, rhythm, readings } = goalOf(stored);
  await goal.read();
  await goal.read();
  rhythm.goal = { ...stored, goalVersion: 5 };
  await goal.read();
  assert.deepEqual([offered, readings()], [[1, 3, 5], 3]);
});
