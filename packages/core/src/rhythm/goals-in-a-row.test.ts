/** R4: goals that follow each other, also while the one before is still ahead, keep one beat numbering for everyone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { firstGoal, nextGoal, periodFromCycleOf, type GoalRecord, type GoalRequest } from "./goal.ts";
import { createOscillator, cycleAt, instantOf, withGoal } from "./oscillator.ts";
import { beatFaults, strangers } from "./virtual-swarm.ts";

const second = 1e9;
/** Quick ones, among which a beat can be waited for, and slow ones, up to a day. */
const periodMs = fc.oneof(fc.integer({ min: 20, max: 3_000 }), fc.integer({ min: 3_000, max: 86_400_000 }));

/** Goals with the time from each to the next and the time that each agent takes to hear of it, ms. */
const rows = fc.record({
  first: periodMs,
  later: fc.array(
    fc.record({
      periodMs,
      pauseMs: fc.integer({ min: 0, max: 4_000 }),
      heardAfterMs: fc.tuple(late(), late(), late()),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});
function late() {
  return fc.integer({ min: 0, max: 900 });
}

test("whoever hears each goal within its notice counts as everyone does, whenever it hears of it", () => {
  fc.assert(
    fc.property(rows, ({ first, later }) => {
      let goal = firstGoal({ kind: "sync", periodMs: first }, 0);
      let planned = createOscillator(0, 0, goal.periodNs);
      const told: { readonly goal: GoalRecord; readonly heardMs: readonly number[] }[] = [];
      let unixMs = 0;
      for (const { periodMs: next, pauseMs, heardAfterMs } of later) {
        unixMs += pauseMs;
        goal = nextGoal(goal, { kind: "sync", periodMs: next }, { unixMs, cycle: cycleAt(planned, unixMs * 1e6) });
        planned = withGoal(planned, unixMs * 1e6, goal);
        const firstBeatMs = instantOf(planned, goal.effectiveBeat) / 1e6;
        const noticeMs = instantOf(planned, periodFromCycleOf(goal)) / 1e6 - unixMs;
        assert.ok(noticeMs >= 999 && noticeMs < 25_000, `${noticeMs} ms of notice`);
        assert.ok(Math.abs(firstBeatMs - goal.anchorUnixMs) < 1e-3, "the anchor lies on the line");
        told.push({ goal, heardMs: heardAfterMs.map((ms) => unixMs + ms) });
      }
      const ends = [0, 1, 2].map((agent) => {
        let oscillator = createOscillator(0, 0, first * 1e6);
        let heardMs = 0;
        for (const { goal: heard, heardMs: instants } of told) {
          heardMs = Math.max(heardMs, instants[agent] ?? 0);
          oscillator = withGoal(oscillator, heardMs * 1e6, heard);
        }
        return cycleAt(oscillator, (unixMs + 20_000) * 1e6);
      });
      for (const end of ends) assert.ok(Math.abs(end - cycleAt(planned, (unixMs + 20_000) * 1e6)) < 1e-6, ends.join());
    }),
  );
});

test("a swarm that is given goals in a quick row, each by another agent, fires every beat once, named by the goal it falls under", () => {
  const requests: readonly GoalRequest[] = [
    { kind: "spread", periodMs: 200 },
    { kind: "cluster", periodMs: 500, groups: 2 },
    { kind: "sync", periodMs: 300 },
  ];
  for (const pauseMs of [0, 3, 300, 900, 1_500]) {
    let goal = firstGoal({ kind: "sync", periodMs: 1_000 }, 0);
    const goals = [goal];
    const swarm = strangers(6, `row/${pauseMs}`, goal);
    swarm.run(6 * second);
    for (const [index, request] of requests.entries()) {
      goal = nextGoal(goal, request, { unixMs: swarm.nowNs / 1e6, cycle: swarm.count() });
      goals.push(goal);
      swarm.setGoal(`agent-${index}`, goal);
      swarm.run(swarm.nowNs + pauseMs * 1e6);
    }
    swarm.run(swarm.nowNs + 8 * second);
    assert.ok(swarm.disagreement() < 0.05, `one count with ${pauseMs} ms between the goals`);
    assert.ok(swarm.coherence() > 0.99);
    assert.deepEqual(beatFaults(swarm), []);
    for (const [agentId, { fired, skipped }] of swarm.agents) {
      assert.deepEqual(skipped, [], `${agentId}, ${pauseMs} ms between the goals`);
      for (const { beat, goalVersion } of fired) {
        const expected = goals.findLast(({ effectiveBeat }) => effectiveBeat <= beat)?.goalVersion;
        assert.equal(goalVersion, expected, `beat ${beat} of ${agentId}`);
      }
    }
  }
});

test("a swarm that exchanges twice a second skips no beat when its period becomes a fifth, whatever was heard last", () => {
  for (let seed = 0; seed < 40; seed++) {
    const sync = firstGoal({ kind: "sync", periodMs: 1_000 }, 0);
    const swarm = strangers(4, `fifth/${seed}`, sync);
    swarm.run(6 * second + seed * 7e6);
    const at = { unixMs: swarm.nowNs / 1e6, cycle: swarm.count() };
    swarm.setGoal("agent-0", nextGoal(sync, { kind: "spread", periodMs: 200 }, at));
    swarm.run(swarm.nowNs + 5 * second);
    for (const [agentId, { skipped }] of swarm.agents) assert.deepEqual(skipped, [], `${agentId}, seed ${seed}`);
    assert.ok(swarm.maxGapRatio() < 1.05);
  }
});

test("who joins between a goal's setting and its first beat beats with the others, whatever count it guessed", () => {
  for (const guess of [-3, 0, 7.5, 4_711.3])
    for (const periodMs of [200, 5_000]) {
      const slow = firstGoal({ kind: "sync", periodMs: 1_000 }, 0);
      const swarm = strangers(4, `between/${guess}`, slow);
      swarm.run(6 * second);
      const goal = nextGoal(slow, { kind: "sync", periodMs }, { unixMs: swarm.nowNs / 1e6, cycle: swarm.count() });
      swarm.setGoal("agent-0", goal);
      swarm.run(swarm.nowNs + 0.2 * second);
      swarm.join("newcomer", guess, { goal });
      // Whoever pursues a period of five seconds speaks once a second.
      swarm.run(swarm.nowNs + 1.1 * second);
      while (swarm.count() < goal.effectiveBeat + 2) {
        swarm.run(swarm.nowNs + 0.05 * second);
        assert.ok(swarm.disagreement() < 0.01, `${swarm.disagreement()} at ${swarm.count()} of ${goal.effectiveBeat}`);
      }
      const fired = swarm.agents.get("newcomer")?.fired ?? [];
      assert.ok(
        fired.some(({ beat }) => beat < goal.effectiveBeat),
        "it beats before that beat",
      );
      for (const { beat, goalVersion } of fired) assert.equal(goalVersion, beat < goal.effectiveBeat ? 1 : 2);
      assert.deepEqual(beatFaults(swarm), []);
    }
});

test("an agent that hears of two goals at once takes both over", () => {
  const first = firstGoal({ kind: "sync", periodMs: 1_000 }, 0);
  const swarm = strangers(2, "both", first);
  swarm.run(5.3 * second);
  const at = { unixMs: swarm.nowNs / 1e6, cycle: swarm.count() };
  const next = nextGoal(first, { kind: "sync", periodMs: 500 }, at);
  const third = nextGoal(
    next,
    { kind: "sync", periodMs: 200 },
    { ...at, unixMs: at.unixMs + 1_900, cycle: at.cycle + 1.9 },
  );
  assert.ok(third.effectiveBeat > next.effectiveBeat && third.before?.goalVersion === 2);
  swarm.setGoal("agent-0", next);
  swarm.setGoal("agent-0", third);
  swarm.setGoal("agent-1", third);
  while (swarm.count() < third.effectiveBeat + 3) {
    swarm.run(swarm.nowNs + 0.05 * second);
    assert.ok(swarm.disagreement() < 0.01);
  }
  assert.deepEqual(beatFaults(swarm), []);
});

test("a swarm leaves a slow goal within seconds, and nobody repeats or skips a beat", () => {
  for (const kind of ["sync", "spread"] as const)
    for (const periodMs of [60_000, 86_400_000]) {
      const slow = firstGoal({ kind: kind === "sync" ? "spread" : "sync", periodMs }, 0);
      const swarm = strangers(5, `slow/${kind}/${periodMs}`, slow);
      swarm.run(6 * second);
      const at = { unixMs: swarm.nowNs / 1e6, cycle: swarm.count() };
      const goal = nextGoal(slow, { kind, periodMs: 500 }, at);
      swarm.setGoal("agent-0", goal);
      swarm.run(swarm.nowNs + 0.2 * second);
      swarm.join("newcomer", at.cycle + 0.01, { goal });
      swarm.run(swarm.nowNs + 9.8 * second);
      assert.ok(swarm.count() >= goal.effectiveBeat + 10, `beat ${swarm.count()} of ${goal.effectiveBeat}`);
      assert.ok(swarm.disagreement() < 0.05, `one count after ${periodMs} ms: ${swarm.disagreement()}`);
      assert.deepEqual(beatFaults(swarm), []);
      for (const [agentId, { fired, skipped }] of swarm.agents) {
        assert.deepEqual(skipped, [], `${agentId}, ${kind} after ${periodMs} ms`);
        for (const { beat, goalVersion } of fired)
          assert.equal(goalVersion, beat < goal.effectiveBeat ? 1 : 2, agentId);
      }
    }
});
