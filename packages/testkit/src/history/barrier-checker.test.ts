import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeBarrier, type BarrierWait } from "./barrier-checker.ts";

const wait = (party: string, token: number | undefined, calledAt: number, endedAt: number): BarrierWait => ({
  ...{ party, token, calledAt, endedAt },
});
const judge = (...waits: readonly BarrierWait[]): readonly string[] => judgeBarrier(waits, ["a", "b", "c"]);
const round = (token: number, at: number): readonly BarrierWait[] => [
  wait("a", token, at, at + 5),
  wait("b", token, at + 1, at + 6),
  wait("c", token, at + 3, at + 4),
];

test("rounds to which all came, one after the other, are well", () => {
  assert.deepEqual(judge(...round(7, 0), ...round(9, 10)), []);
});

test("whoever lost the answer came all the same, to one round", () => {
  const [a7, b7] = round(7, 0);
  const lost = wait("c", undefined, 1, 9);
  assert.deepEqual(judge(a7!, b7!, lost, ...round(9, 10)), []);
  const [a9, b9] = round(9, 10);
  assert.deepEqual(judge(a7!, b7!, lost, a9!, b9!), ["round 9 opened without c"]);
});

test("a round that opens before all have come is a violation", () => {
  const [a7, b7] = round(7, 0);
  assert.deepEqual(judge(a7!, b7!, wait("c", 8, 1, 9)), [
    "round 7 opened without c",
    "round 8 opened without a",
    "round 8 opened without b",
  ]);
  assert.deepEqual(judge(a7!, b7!, wait("c", 7, 20, 21)), ["c came to round 7 after it had opened"]);
});

test("a token that does not grow is a violation", () => {
  assert.deepEqual(judge(...round(9, 0), ...round(7, 10)), ["a got 7 after 9", "b got 7 after 9", "c got 7 after 9"]);
  assert.match(judge(...round(7, 0), wait("a", 7, 10, 11)).join(), /a got 7 after 7/);
});
