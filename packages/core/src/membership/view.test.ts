import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EntrainError } from "@entrain/kernel";
import { agentHealth, swarmHealth } from "./health.ts";
import { membershipTimings } from "./timings.ts";
import {
  aliveIn,
  applyDelta,
  viewsAlong,
  type MemberRecord,
  type MembershipDelta,
  type MembershipView,
} from "./view.ts";

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

/** One delta after the other, the plain way. */
function plainViews(before: MembershipView, deltas: readonly MembershipDelta[]): MembershipView[] | undefined {
  const views: MembershipView[] = [];
  let current: MembershipView = before;
  for (const [index, delta] of deltas.entries()) {
    const next = applyDelta(current, delta);
    if (next === undefined) return undefined;
    current = next;
    if (index === deltas.length - 1 || deltas[index + 1]?.effectiveBeat !== current.effectiveBeat) views.push(current);
  }
  return views;
}

test("many deltas at once come to the views that one after the other leads to, old and missing ones included", () => {
  const delta = fc.record({
    step: fc.constantFrom(1, 1, 1, 1, 1, 1, 1, 1, 0, 2),
    agentId: fc.constantFrom("a", "b", "c"),
    state: fc.constantFrom("alive" as const, "dead" as const),
    effectiveBeat: fc.constantFrom(undefined, 7, 7, 8),
  });
  fc.assert(
    fc.property(fc.array(delta, { maxLength: 40 }), (steps) => {
      let version = view.version;
      const deltas = steps.map(({ step, agentId, state, effectiveBeat }) => {
        version += step;
        return { version, member: { ...member, agentId, state }, effectiveBeat };
      });
      const told = viewsAlong(view, deltas);
      assert.deepEqual(told, plainViews(view, deltas));
      assert.deepEqual([...view.members.keys()], ["a"], "the view before stays as it was");
    }),
  );
});

test("the members are copied once for each view that is told, not once for each delta", () => {
  let copies = 0;
  class Counted extends Map<string, MemberRecord> {
    override [Symbol.iterator](): MapIterator<[string, MemberRecord]> {
      copies += 1;
      return super[Symbol.iterator]();
    }
  }
  const deltas = Array.from({ length: 1_000 }, (_, index) => ({ version: 5 + index, member, effectiveBeat: 9 }));
  assert.equal(viewsAlong({ version: 4, members: new Counted() }, deltas)?.length, 1);
  assert.equal(copies, 1);
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
