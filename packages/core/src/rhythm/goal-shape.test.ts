import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { coherenceOfArc, shapeOffset, type Shape } from "./goal-shape.ts";
import { coherence, maxGapRatio } from "./order-parameter.ts";
import { createSlotPlan } from "./slot-plan.ts";

const members = (count: number) => Array.from({ length: count }, (_, index) => ({ agentId: `agent-${index}` }));

function phasesOf(shape: Shape, count: number): number[] {
  const plan = createSlotPlan({ membershipVersion: 1, effectiveBeat: 0, members: members(count) });
  return members(count).map(({ agentId }) => 2 * Math.PI * shapeOffset(shape, agentId, plan.placeOf(agentId)));
}

test("a spread is perfectly even for every size", () => {
  for (const count of [2, 3, 10, 997])
    assert.ok(Math.abs((maxGapRatio(phasesOf({ kind: "spread" }, count)) ?? 0) - 1) < 1e-9);
});

test("a coherence is exactly the wanted one, for every size from two on", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 300 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, target) => {
      const reached = coherence(phasesOf({ kind: "coherence", coherence: target }, count)) ?? 0;
      assert.ok(Math.abs(reached - target) < 1e-6, `${reached} for ${target} of ${count}`);
    }),
  );
});

test("the closed form of an arc's coherence equals the sum over its points", () => {
  for (const [spacing, count] of [
    [0, 5],
    [0.01, 7],
    [0.11, 3],
  ] as const) {
    const phases = Array.from({ length: count }, (_, rank) => 2 * Math.PI * spacing * rank);
    assert.ok(Math.abs(coherenceOfArc(spacing, count) - (coherence(phases) ?? 0)) < 1e-12);
  }
});

test("clusters are even in size and in distance", () => {
  for (const groups of [1, 2, 3, 4]) {
    const sizes = new Map<number, number>();
    for (const phase of phasesOf({ kind: "cluster", groups }, 50)) sizes.set(phase, (sizes.get(phase) ?? 0) + 1);
    assert.equal(sizes.size, groups);
    assert.ok(Math.max(...sizes.values()) - Math.min(...sizes.values()) <= 1);
    assert.ok(Math.abs((maxGapRatio([...sizes.keys()]) ?? 0) - 1) < 1e-9);
  }
});

test("an agent of which no plan knows still has a place within the cycle", () => {
  for (const kind of ["sync", "spread", "cluster", "coherence"] as const) {
    const offset = shapeOffset({ kind, groups: 3, coherence: 0.5 }, "stranger", undefined);
    assert.ok(offset >= 0 && offset < 1);
  }
});
