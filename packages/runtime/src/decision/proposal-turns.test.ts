import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as settled } from "node:timers/promises";
import { createProposalTurn, createProposalTurns } from "./proposal-turns.ts";

test("one run of a process proposes for an incident, the next where it fails, and those that are over never", async () => {
  const turns = createProposalTurns();
  const [one, two, three, other] = Array.from({ length: 4 }, () => createProposalTurn(turns));
  const begun: string[] = [];
  one?.take("i", () => begun.push("one"));
  two?.take("i", () => begun.push("two"));
  three?.take("i", () => begun.push("three"));
  other?.take("j", () => begun.push("other"));
  assert.deepEqual(begun, ["one", "other"]);
  two?.giveBack();
  one?.giveBack();
  assert.deepEqual(begun, ["one", "other"], "not in the same breath");
  await settled();
  assert.deepEqual(begun, ["one", "other", "three"], "the second was over before its turn came");
  three?.giveBack();
  other?.giveBack();
  const late = createProposalTurn(turns);
  late.take("i", () => begun.push("late"));
  const leader = createProposalTurn(turns);
  leader.take(undefined, () => begun.push("leader"));
  assert.deepEqual(begun.slice(3), ["late", "leader"]);
});
