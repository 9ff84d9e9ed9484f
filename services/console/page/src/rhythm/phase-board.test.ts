import assert from "node:assert/strict";
import { test } from "node:test";
import { createPhaseBoard } from "./phase-board.ts";

const agent = (agentId: string, phaseRad: number | null, periodMs = 1_000) =>
  ({ agentId, phaseRad, periodMs, role: "follower", state: "alive" }) as const;
const near = (actual: number | undefined, expected: number) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test("between two looks a phase goes on at its period and stays in a turn", () => {
  const board = createPhaseBoard();
  board.observe([agent("a", Math.PI)], 0);
  near(board.at(250)[0]?.phaseRad, 1.5 * Math.PI);
  near(board.at(750)[0]?.phaseRad, 0.5 * Math.PI);
});

test("a small correction is eased in, a large one is shown at once", () => {
  const board = createPhaseBoard();
  board.observe([agent("a", 0), agent("b", 0)], 0);
  board.observe([agent("a", 0.2), agent("b", 2)], 1_000);
  const [a, b] = board.at(1_000);
  near(a?.phaseRad, 0);
  near(b?.phaseRad, 2);
  const later = board.at(3_000)[0]?.phaseRad ?? NaN;
  assert.ok(Math.abs(later - 0.2) < 1e-5, "in the end it is where it was seen");
});

test("an agent that is dead or was not heard of is not on the circle", () => {
  const board = createPhaseBoard();
  board.observe([agent("a", 0), agent("b", null), { ...agent("c", 1), state: "dead" }], 0);
  assert.deepEqual(
    board.at(0).map(({ agentId }) => agentId),
    ["a"],
  );
});
