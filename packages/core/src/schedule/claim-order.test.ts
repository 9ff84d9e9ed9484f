import assert from "node:assert/strict";
import { test } from "node:test";
import { claimDelayMs, claimRank } from "./claim-order.ts";

const members = Array.from({ length: 12 }, (_, index) => `agent-${index}`);

test("all members see one order, in which each has a rank of its own", () => {
  const ranks = members.map((agentId) => claimRank("report", 1_000, agentId, members));
  assert.deepEqual(
    [...ranks].sort((a, b) => a - b),
    members.map((_, index) => index),
  );
});

test("the first place goes round from fire time to fire time", () => {
  const firsts = Array.from({ length: 1_200 }, (_, hour) =>
    members.find((agentId) => claimRank("report", hour * 3_600_000, agentId, members) === 0),
  );
  for (const agentId of members) {
    const share = firsts.filter((first) => first === agentId).length;
    assert.ok(share > 60 && share < 150, `${agentId}: ${share} of 1,200`);
  }
});

test("nobody waits longer than a second or than is given, the first does not wait, and the order stays", () => {
  const delays = (patienceMs: number) => [0, 1, 20, 5_000].map((rank) => claimDelayMs(rank, patienceMs));
  assert.deepEqual(delays(30_000), [0, 50, 1_000, 1_000]);
  assert.deepEqual(delays(250), [0, 12.5, 250, 250]);
});
