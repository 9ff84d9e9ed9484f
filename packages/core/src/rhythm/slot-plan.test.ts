import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { shapeOffset } from "./goal-shape.ts";
import { wrapCycles } from "./phase-arithmetic.ts";
import { createSlotPlan, freeTicket } from "./slot-plan.ts";

const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `agent-${index}`);
const planOf = (agentIds: readonly string[]) =>
  createSlotPlan({ membershipVersion: 1, effectiveBeat: 0, members: agentIds.map((agentId) => ({ agentId })) });

/** Mean distance that the members of both plans move in a spread, cycles. */
function meanMovement(before: readonly string[], after: readonly string[]): number {
  const [old, young] = [planOf(before), planOf(after)];
  const survivors = after.filter((id) => before.includes(id));
  const moved = survivors.map((id) => {
    const place = (plan: typeof old): number => shapeOffset({ kind: "spread" }, id, plan.placeOf(id));
    return Math.abs(wrapCycles(place(young) - place(old)));
  });
  return moved.reduce((sum, move) => sum + move, 0) / moved.length;
}

test("R5: the plan follows from the members alone, in whatever order and however often they are named", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(ids(20), { minLength: 1 }), (some) => {
      const [plan, again] = [planOf(some), planOf([...some, ...some].reverse())];
      for (const id of some) assert.deepEqual(plan.placeOf(id), again.placeOf(id));
      assert.deepEqual(
        some.map((id) => plan.placeOf(id)?.rank).sort((a = 0, b = 0) => a - b),
        [...some.keys()],
      );
      assert.equal(plan.placeOf("stranger"), undefined);
    }),
  );
});

test("a join or a leave moves the others by less than a slot on the mean", () => {
  for (const count of [10, 100, 1_000]) {
    assert.ok(meanMovement(ids(count), ids(count + 1)) < 1 / count);
    assert.ok(meanMovement(ids(count), ids(count - 1)) < 1 / count);
  }
});

test("when 30 % leave at once the survivors move by a few hundredths of a cycle", () => {
  for (const [count, limit] of [
    [10, 0.15],
    [100, 0.05],
    [1_000, 0.02],
  ] as const)
    assert.ok(meanMovement(ids(count), ids(count).slice(0, 0.7 * count)) < limit);
});

test("the lowest ticket that nobody holds is dealt", () => {
  assert.equal(freeTicket([]), 0);
  assert.equal(freeTicket([0, 1, 3]), 2);
  assert.equal(freeTicket([1]), 0);
});
