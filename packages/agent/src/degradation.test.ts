import assert from "node:assert/strict";
import { test } from "node:test";
import type { DegradedEvent } from "./agent-emitter.ts";
import { createDegradation } from "./degradation.ts";

function told(...states: readonly (readonly [up: boolean, generation: number])[]): DegradedEvent[] {
  const events: DegradedEvent[] = [];
  const degradation = createDegradation((event) => events.push(event));
  for (const [up, generation] of states) degradation.see({ up, generation });
  return events;
}

test("a store that is simply there is no news", () => {
  assert.deepEqual(told([true, 3], [true, 3]), []);
});

test("a store that is away at the start, and comes, is told twice", () => {
  assert.deepEqual(told([false, 0], [false, 0], [true, 1]), [
    { degraded: true, generation: 0 },
    { degraded: false, generation: 1 },
  ]);
});

test("a store that may have lost writes is told, also where it never seemed away", () => {
  assert.deepEqual(told([true, 1], [true, 2]), [{ degraded: false, generation: 2 }]);
  assert.deepEqual(told([true, 1], [false, 1], [true, 2]), [
    { degraded: true, generation: 1 },
    { degraded: false, generation: 2 },
  ]);
});
