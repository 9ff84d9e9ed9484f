import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { applyDelta, type MemberState, type MembershipDelta } from "@entrain/core/membership";
import { at, epochUnixMs, memberOf, viewOf } from "../testing/facts.ts";
import { createMemberRoster } from "./member-roster.ts";

const ids = (members: readonly { agentId: string }[]) => members.map(({ agentId }) => agentId);

test("what the first snapshot names was there already: no events", () => {
  const roster = createMemberRoster();
  const change = roster.snapshot(at(0), viewOf(3, memberOf("b"), memberOf("a"), memberOf("c", { state: "dead" })));
  assert.deepEqual(change.events, []);
  assert.equal(change.aliveChanged, true);
  assert.deepEqual(ids(roster.alive()), ["a", "b"]);
  assert.deepEqual(ids(roster.listed(at(0))), ["a", "b", "c"]);
});

test("joins, leaves, deaths and restarts are events; a new health is none", () => {
  const roster = createMemberRoster();
  roster.snapshot(at(0), viewOf(1, memberOf("a")));
  const types = (version: number, member: MembershipDelta["member"]) =>
    roster.delta(at(1), { version, member })?.events.map(({ type }) => type);
  assert.deepEqual(types(2, memberOf("a", { health: 0.5 })), []);
  assert.equal(roster.get("a")?.health, 0.5);
  assert.deepEqual(types(3, memberOf("b")), ["agent.joined"]);
  assert.deepEqual(types(4, memberOf("b", { state: "left" })), ["agent.left"]);
  assert.deepEqual(types(5, memberOf("a", { incarnation: 2 })), ["agent.joined"]);
  assert.deepEqual(types(6, memberOf("a", { incarnation: 2, state: "dead" })), ["agent.dead"]);
  assert.deepEqual(ids(roster.alive()), []);
});

test("a missing delta is told, and changes nothing", () => {
  const roster = createMemberRoster();
  roster.snapshot(at(0), viewOf(1, memberOf("a")));
  assert.equal(roster.delta(at(1), { version: 3, member: memberOf("b") }), undefined);
  assert.equal(roster.version(), 1);
});

test("M1: a store that lost its members kills nobody while they register anew", () => {
  const roster = createMemberRoster();
  roster.snapshot(at(0), viewOf(7, memberOf("a"), memberOf("b")));
  assert.deepEqual(roster.snapshot(at(1), viewOf(0)).events, []);
  assert.deepEqual(ids(roster.alive()), ["a", "b"]);
  assert.deepEqual(roster.snapshot(at(2), viewOf(1, memberOf("a"))).events, []);
  assert.deepEqual(roster.tick(at(10.9)).events, []);
  const change = roster.tick(at(11));
  assert.deepEqual(
    change.events.map(({ type, data }) => [type, data]),
    [["agent.dead", { agentId: "b", incarnation: 1, at: epochUnixMs + 11_000 }]],
  );
  assert.equal(change.aliveChanged, true);
  assert.deepEqual(ids(roster.alive()), ["a"]);
  assert.equal(roster.get("b")?.state, "dead");
  assert.deepEqual(
    roster.snapshot(at(12), viewOf(2, memberOf("a"), memberOf("b"))).events.map(({ type }) => type),
    ["agent.joined"],
  );
});

test("dead members are listed for ten minutes", () => {
  const roster = createMemberRoster();
  roster.snapshot(at(0), viewOf(1, memberOf("a"), memberOf("b", { state: "dead" })));
  assert.deepEqual(ids(roster.listed(at(600))), ["a", "b"]);
  assert.deepEqual(ids(roster.listed(at(601))), ["a"]);
});

test("events replayed from any history of deltas give the members that the registry has", () => {
  const change = fc.record({
    agentId: fc.constantFrom("a", "b", "c"),
    incarnation: fc.integer({ min: 1, max: 3 }),
    state: fc.constantFrom<MemberState>("alive", "dead", "left"),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), fc.array(fc.nat({ max: 39 })), (changes, resyncs) => {
      const roster = createMemberRoster();
      let view = viewOf(0);
      roster.snapshot(at(0), view);
      const told = new Set<string>();
      for (const [index, { agentId, incarnation, state }] of changes.entries()) {
        const delta = { version: index + 1, member: memberOf(agentId, { incarnation, state }) };
        view = applyDelta(view, delta) ?? view;
        // Now and then the watcher missed some and resyncs by snapshot.
        if (resyncs.includes(index)) continue;
        const outcome = roster.delta(at(0), delta) ?? roster.snapshot(at(0), view);
        for (const event of outcome.events) {
          assert.ok("agentId" in event.data && event.data.agentId !== null);
          if (event.type === "agent.joined") told.add(event.data.agentId);
          else assert.equal(told.delete(event.data.agentId), true, "only who was there can go");
        }
      }
      for (const event of roster.snapshot(at(0), view).events)
        if (event.type === "agent.joined") told.add(event.data.agentId);
        else if (event.type === "agent.dead" || event.type === "agent.left") told.delete(event.data.agentId);
      const alive = [...view.members.values()].filter(({ state }) => state === "alive");
      assert.deepEqual(ids(roster.alive()), ids(alive).sort());
      assert.deepEqual([...told].sort(), ids(alive).sort());
    }),
  );
});
