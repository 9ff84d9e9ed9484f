import assert from "node:assert/strict";
import { test } from "node:test";
import { initialGoal } from "./goal.ts";
import { createRhythmState, ownCycleAt, type RhythmState } from "./rhythm-state.ts";
import { seenCycle } from "./seen-cycle.ts";
import { createSlotPlan } from "./slot-plan.ts";

const goal = initialGoal("spread", 1_000, 0);
const members = ["a", "b", "c", "d"].map((agentId) => ({ agentId }));
const plan = createSlotPlan({ membershipVersion: 1, effectiveBeat: -Infinity, members });
const fresh = createRhythmState({ agentId: "a", goal, nowNs: 0, cycle: 5 });
const state: RhythmState = { ...fresh, plans: [{ fromBeat: -Infinity, what: plan }] };

test("an agent sees itself where it is", () => {
  assert.equal(seenCycle(state, "a", 3e8), ownCycleAt(state, 3e8));
});

test("a neighbour's word is carried on along the period", () => {
  const sample = { agentId: "b", cycle: 5.25, atNs: 1e8, lineage: undefined, goal };
  const heard = { ...state, samples: [sample] };
  assert.ok(Math.abs(seenCycle(heard, "b", 4e8) - 5.55) < 1e-9);
});

test("a word that is too old, and none at all, are replaced by the place that the plan gives", () => {
  const old = { agentId: "b", cycle: 0.77, atNs: -4e9, lineage: undefined, goal };
  const cycles = ["b", "c", "d"].map((agentId) => seenCycle({ ...state, samples: [old] }, agentId, 3e8));
  const gaps = cycles.map((cycle) => ((cycle - cycles[0]!) * 4 + 8) % 4).sort((one, other) => one - other);
  for (const gap of gaps) assert.ok(Math.abs(gap - Math.round(gap)) < 1e-6, `a quarter each: ${cycles.join(", ")}`);
  assert.equal(new Set(gaps.map(Math.round)).size, 3);
});
