import assert from "node:assert/strict";
import { test } from "node:test";
import {
  actOf,
  at,
  decisionOf,
  epochUnixMs,
  leaderOf,
  memberOf,
  observationOf,
  sampleOf,
  viewOf,
} from "../testing/facts.ts";
import { createSwarmModel, type SwarmInput } from "./swarm-model.ts";

function modelOf(...inputs: readonly SwarmInput[]) {
  const model = createSwarmModel("orders");
  for (const input of inputs) model.apply(input, at(0));
  return model;
}

test("a console that knows nothing says null, not 0", () => {
  const { agents, leader, context, decisions, store } = modelOf().swarm();
  assert.equal(agents, 0);
  assert.deepEqual(leader, { agentId: null, term: null, leaseUntil: null });
  assert.deepEqual(context, { version: null });
  const rates = { cacheHitRate: null, fallbackRate: null, latencyMs: { p50: null, p95: null, p99: null } };
  assert.deepEqual(decisions, { count: null, divergence: null, safeAlone: null, ...rates });
  assert.deepEqual(store, { up: false, generation: null });
});

test("agents are told with their rhythm, their role and what they said of themselves", () => {
  const model = modelOf(
    {
      kind: "members",
      view: viewOf(
        1,
        memberOf("a", { health: 0.8, risk: 0.3, load: 0.4, capabilities: ["scan"], role: "backup", roleSinceMs: 1 }),
        memberOf("b", { state: "dead" }),
      ),
    },
    { kind: "leader", leader: leaderOf("a", 7) },
    {
      kind: "observed",
      observation: observationOf(0, { phases: [sampleOf("a", 0.25)], energies: [{ agentId: "a", energy: 61.5 }] }),
    },
  );
  const [a, b] = model.agents(at(0.25));
  assert.deepEqual(a, {
    agentId: "a",
    incarnation: 1,
    state: "alive",
    role: "leader",
    assignedRole: "backup",
    health: 0.8,
    risk: 0.3,
    load: 0.4,
    capabilities: ["scan"],
    address: "127.0.0.1:50051",
    host: "host-1",
    pid: 100,
    opsUrl: "http://127.0.0.1:9100",
    phaseRad: Math.PI,
    periodMs: 1_000,
    energy: 61.5,
    strategy: "reference",
    lastBeatAt: null,
  });
  assert.deepEqual(model.swarm().health, { score: 0.8, risk: 0.3 }, "of the living");
  assert.deepEqual(
    [b?.state, b?.role, b?.assignedRole, b?.phaseRad, b?.energy, b?.strategy],
    ["dead", "follower", null, null, null, null],
  );
});

test("who is joining says so, unless probes do not reach it, and counts as alive", () => {
  const members = [memberOf("a", { joining: true }), memberOf("b", { joining: true, suspect: true }), memberOf("c")];
  const model = modelOf({ kind: "members", view: viewOf(1, ...members) });
  assert.deepEqual(
    model.agents(at(0)).map(({ state }) => state),
    ["joining", "suspect", "alive"],
  );
  assert.equal(model.swarm().agents, 3);
});

test("leaders: the first look is no change; a new term is, and so is nobody", () => {
  const model = modelOf();
  const change = (leader: ReturnType<typeof leaderOf> | undefined) => model.apply({ kind: "leader", leader }, at(0));
  assert.deepEqual(change(undefined), []);
  const leaseUntil = epochUnixMs + 2_000;
  assert.deepEqual(change(leaderOf("a", 1)), [{ type: "leader.changed", data: { agentId: "a", term: 1, leaseUntil } }]);
  assert.deepEqual(change({ ...leaderOf("a", 1), leaseUntilMs: leaseUntil + 500 }), []);
  assert.equal(model.leader().leaseUntil, leaseUntil + 500);
  assert.equal(change(leaderOf("a", 2)).length, 1);
  assert.deepEqual(change(undefined), [
    { type: "leader.changed", data: { agentId: null, term: null, leaseUntil: null } },
  ]);
});

test("processes are those of the alive agents, with all of them", () => {
  const shared = { processId: "p", address: "127.0.0.1:7" };
  const model = modelOf({
    kind: "members",
    view: viewOf(1, memberOf("a", shared), memberOf("b", shared), memberOf("c"), memberOf("d", { state: "left" })),
  });
  assert.deepEqual(model.processes(), [
    { processId: "p", address: "127.0.0.1:7", agentIds: ["a", "b"] },
    { processId: "p-c", address: "127.0.0.1:50051", agentIds: ["c"] },
  ]);
});

test("acts feed the figures and the decisions they belong to", () => {
  const decision = decisionOf("d1");
  const model = modelOf(
    { kind: "ledger", entries: [], whole: true },
    { kind: "stats", stats: { count: 1, divergence: 0, safeAlone: 0 } },
    { kind: "decision", decision },
  );
  const acts = [{ act: actOf("a", decision), latencyMs: 4, contextHit: true }];
  const events = model.apply({ kind: "observed", observation: observationOf(0, { acts }) }, at(0));
  assert.deepEqual(events, [
    {
      type: "decision.adopted",
      data: {
        agentId: "a",
        incidentId: "incident-of-d1",
        decisionId: "d1",
        action: "throttle",
        at: epochUnixMs + 5,
      },
    },
  ]);
  const { count, cacheHitRate, latencyMs } = model.swarm().decisions;
  assert.deepEqual([count, cacheHitRate, latencyMs.p99], [1, 1, 4]);
  assert.equal(model.decisions(10).entries[0]?.acts.length, 1);
});

test("an outage keeps what is known; in another generation only what the store still lists (S1)", () => {
  const model = modelOf(
    { kind: "store", status: { up: true, generation: 1 } },
    { kind: "ledger", entries: [{ decision: decisionOf("d1"), acts: [] }], whole: true },
  );
  model.apply({ kind: "store", status: { up: false, generation: 1 } }, at(1));
  assert.equal(model.decisions(10).entries.length, 1);
  assert.deepEqual(model.swarm().store, { up: false, generation: 1 });
  model.apply({ kind: "store", status: { up: true, generation: 2 } }, at(2));
  assert.equal(model.swarm().store.generation, 2);
  const entries = [{ decision: decisionOf("d2"), acts: [] }];
  assert.deepEqual(
    model.apply({ kind: "ledger", entries, whole: true }, at(3)).map(({ type }) => type),
    ["decision.committed"],
  );
  assert.deepEqual(
    model.decisions(10).entries.map(({ decision }) => decision.decisionId),
    ["d2"],
  );
});

test("time alone ends the grace of members that a store forgot (M1)", () => {
  const model = modelOf({ kind: "members", view: viewOf(3, memberOf("a")) }, { kind: "members", view: viewOf(0) });
  assert.deepEqual(model.apply({ kind: "tick" }, at(5)), []);
  assert.equal(model.swarm().agents, 1);
  assert.deepEqual(
    model.apply({ kind: "tick" }, at(10)).map(({ type }) => type),
    ["agent.dead"],
  );
  assert.equal(model.swarm().agents, 0);
});
