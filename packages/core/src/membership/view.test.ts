import assert from "node:assert/strict";
import { test } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { agentHealth, swarmHealth } from "./health.ts";
import { membershipTimings } from "./timings.ts";
import { aliveIn, applyDelta, type MemberRecord, type MembershipView } from "./view.ts";

const member: MemberRecord = {
  agentId: "a",
  incarnation: 1,
  state: "alive",
  processId: "p",
  host: "h",
  pid: 1,
  address: "127.0.0.1:1",
  opsUrl: "",
  health: 1,
  joinedAtMs: 0,
  changedAtMs: 0,
};
const view: MembershipView = { version: 4, members: new Map([["a", member]]) };

test("the next delta raises the version and replaces the member", () => {
  const dead: MemberRecord = { ...member, state: "dead" };
  const next = applyDelta(view, { version: 5, member: dead, effectiveBeat: 12 });
  assert.equal(next?.version, 5);
  assert.equal(next.effectiveBeat, 12);
  assert.deepEqual([aliveIn(view), aliveIn(next)], [[member], []]);
  assert.equal(next.members.get("a")?.state, "dead");
  assert.equal(view.members.get("a")?.state, "alive");
});

test("an old delta changes nothing and a gap asks for a resync", () => {
  assert.equal(applyDelta(view, { version: 4, member }), view);
  assert.equal(applyDelta(view, { version: 6, member }), undefined);
});

test("a missing member counts 0 in the swarm's health", () => {
  assert.equal(swarmHealth([1, 1, 1], 2), 0.6);
  assert.equal(swarmHealth([], 0), undefined);
});

test("no host load brings an agent under 0.5; errors and a failing reasoner do", () => {
  const calm = { errorRate: 0, reasonerFailureRate: 0, loopDelayMs: 0, loadPerCore: 0 };
  assert.equal(agentHealth(calm), 1);
  assert.ok(agentHealth({ ...calm, loopDelayMs: 1e9, loadPerCore: 1e9 }) > 0.5);
  assert.ok(agentHealth({ ...calm, errorRate: 0.6 }) < 0.5);
  assert.equal(agentHealth({ ...calm, reasonerFailureRate: 1 }), 0);
});

test("a death bound under three heartbeats is refused with the inequality", () => {
  assert.throws(
    () => membershipTimings({ heartbeatMs: 1_000, deadAfterMs: 2_000 }),
    (thrown) =>
      thrown instanceof EntrainError && thrown.code === "invalid-config" && /3 × heartbeatMs/.test(thrown.message),
  );
});
