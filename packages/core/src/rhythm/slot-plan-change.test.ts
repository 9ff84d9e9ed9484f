/** R5: how a swarm goes from one plan of places to the next. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { initialGoal } from "./goal.ts";
import { shapeOffset } from "./goal-shape.ts";
import { stepRhythm, type RhythmInput } from "./rhythm-machine.ts";
import { createRhythmState, nextTickNs, type RhythmState } from "./rhythm-state.ts";
import { createSlotPlan, effectiveBeatOf, type SlotPlan } from "./slot-plan.ts";

const periodNs = 200e6;
const goal = initialGoal("spread", 200, 0);
const ids = ["a", "b", "c", "d", "e", "f"];
const planOf = (membershipVersion: number, effectiveBeat: number, members: readonly string[]): SlotPlan =>
  createSlotPlan({ membershipVersion, effectiveBeat, members: members.map((agentId) => ({ agentId })) });
const offsetIn = (plan: SlotPlan, agentId: string): number =>
  shapeOffset({ kind: "spread" }, agentId, plan.placeOf(agentId));

/** One agent on a perfect clock whose count is 0 at 0 ns; it keeps a lineage from its first tick on. */
function lonely(agentId: string, cycle = 0) {
  let state: RhythmState = createRhythmState({ agentId, goal, nowNs: 0, cycle, aloneForNs: 0 });
  const fired: { readonly beat: number; readonly offsetCycles: number }[] = [];
  const step = (input: RhythmInput): void => {
    const next = stepRhythm(state, input);
    state = next.state;
    for (const effect of next.effects)
      if (effect.kind === "fire") fired.push({ beat: effect.beat, offsetCycles: effect.offsetNs / periodNs });
  };
  const runTo = (toNs: number): void => {
    for (let nowNs = nextTickNs(state); nowNs <= toNs; nowNs = nextTickNs(state))
      step({ kind: "tick", nowNs: nowNs + 1, unixMs: nowNs / 1e6 });
  };
  return { fired, runTo, step };
}

test("R5: whoever knows a plan before its first beat changes places with all others, and fires once in every cycle", () => {
  const plans = [planOf(1, 0, ids), planOf(2, 12, ids.slice(1)), planOf(3, 14, [...ids.slice(1), "g"])] as const;
  const learning = fc.tuple(fc.double({ min: 3, max: 11.9, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(fc.array(learning, { minLength: 5, maxLength: 5 }), (learnt) => {
      for (const [index, [second, share]] of learnt.entries()) {
        const agentId = ids[index + 1] ?? "";
        const agent = lonely(agentId);
        const third = second + share * (13.9 - second);
        for (const [plan, atCycle] of [
          [plans[0], 0.5] as const,
          [plans[1], second] as const,
          [plans[2], third] as const,
        ]) {
          agent.runTo(atCycle * periodNs);
          agent.step({ kind: "plan", nowNs: atCycle * periodNs, plan });
        }
        agent.runTo(20 * periodNs);
        assert.deepEqual(
          agent.fired.map(({ beat }) => beat),
          Array.from(agent.fired, (_, at) => (agent.fired[0]?.beat ?? 0) + at),
        );
        for (const { beat, offsetCycles } of agent.fired.filter((fire) => fire.beat >= 1)) {
          const plan = beat < 12 ? plans[0] : beat < 14 ? plans[1] : plans[2];
          assert.ok(Math.abs(offsetCycles - offsetIn(plan, agentId)) < 1e-6, `${agentId}, beat ${beat}`);
        }
      }
    }),
    { numRuns: 50 },
  );
});

test("R5: a plan that is heard of after its first beat holds from the next beat on", () => {
  const agent = lonely("a");
  const plan = planOf(2, 3, ids.slice(0, 3));
  agent.step({ kind: "plan", nowNs: 1, plan: planOf(1, 0, ids) });
  agent.runTo(5.5 * periodNs);
  agent.step({ kind: "plan", nowNs: 5.5 * periodNs, plan });
  agent.runTo(9 * periodNs);
  const places = new Map(agent.fired.map(({ beat, offsetCycles }) => [beat, offsetCycles]));
  assert.notEqual(places.get(5)?.toFixed(6), offsetIn(plan, "a").toFixed(6));
  assert.equal(places.get(6)?.toFixed(6), offsetIn(plan, "a").toFixed(6));
});

test("a plan that counts the beats of another lineage is not waited for", () => {
  const agent = lonely("a");
  agent.step({ kind: "plan", nowNs: 1, plan: planOf(1, 0, ids) });
  agent.runTo(2.5 * periodNs);
  agent.step({ kind: "plan", nowNs: 2.5 * periodNs, plan: planOf(2, 1e9, ids.slice(0, 3)) });
  agent.runTo(3.9 * periodNs);
  assert.equal(agent.fired.at(-1)?.offsetCycles.toFixed(6), offsetIn(planOf(2, 0, ids.slice(0, 3)), "a").toFixed(6));
});

test("the first beat of a plan leaves a notice, and at most two periods pass until all have fired under it", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      fc.double({ min: 20, max: 86_400_000, noNaN: true }),
      (cycle, periodMs) => {
        const aheadMs = (effectiveBeatOf({ cycle, periodMs }) - cycle) * periodMs;
        const roundingMs = 1e-6 * periodMs;
        assert.ok(aheadMs >= Math.max(50, Math.min(1_000, periodMs)) - roundingMs);
        if (periodMs >= 50) assert.ok(aheadMs <= 2 * periodMs + roundingMs);
      },
    ),
  );
});
