import assert from "node:assert/strict";
import { test } from "node:test";
import { agentView, swarmView } from "../console/view-samples.ts";
import { statusLines } from "./status.ts";
import { decisionLines } from "./decisions.ts";

test("a swarm's status is facts and a table of agents", () => {
  const lines = statusLines(swarmView(), [
    agentView("agent-1", { role: "leader", capabilities: ["resize", "scan"] }),
    agentView("b", { assignedRole: null, health: null }),
  ]);
  assert.deepEqual(lines, [
    "swarm          demo-x",
    "agents         2 alive",
    "leader         agent-1, term 1763683423123",
    "rhythm         reference, converged",
    "coherence      0.9999",
    "spread         p50 0.42 ms, p99 12 ms",
    "cadence error  +2 ppm",
    "decisions      1, divergence 0",
    "context        version 1",
    "redis          answers",
    "",
    "agent    state  role      assigned  health  load  capabilities  pid  ops",
    "agent-1  alive  leader    primary   1.00    0.2   resize,scan   100  http://127.0.0.1:40001",
    "b        alive  follower  -         -       0.2   -             100  http://127.0.0.1:40001",
  ]);
});

test("while Redis is away the leader is marked: nobody knows whether it still leads", () => {
  const away = { store: { up: false, generation: 1 }, stale: true } as const;
  const told = statusLines(swarmView(away), []);
  assert.equal(told[2], "leader         agent-1, term 1763683423123 (as last known)");
  assert.equal(told[9], "redis          is away");
});

test("decisions are a table, newest first as the console gives them", () => {
  assert.deepEqual(decisionLines([]), ["no decision yet"]);
  const decision = {
    decisionId: "d",
    incidentId: "overheating:a:1",
    action: "cool_down",
    type: "ANOMALY_RESPONSE",
    confidence: 0.95,
    reasoning: "hot",
    term: 7,
    contextVersion: 1,
    committedAt: Date.UTC(2025, 10, 21),
    acts: [{ agentId: "a", action: "cool_down", source: "committed" }],
    directive: null,
  };
  assert.deepEqual(decisionLines([decision]), [
    "at                        action     type              term  context  acts  carried out  incident",
    "2025-11-21T00:00:00.000Z  cool_down  ANOMALY_RESPONSE  7     1        1     -            overheating:a:1",
  ]);
  const lacking = [{ agentId: "b", state: "refused", note: "not while it is filling" }];
  const directive = { outcome: "missed", targets: 5, done: 4, dueAt: 1, lacking };
  assert.deepEqual(decisionLines([{ ...decision, directive }]).slice(1), [
    "2025-11-21T00:00:00.000Z  cool_down  ANOMALY_RESPONSE  7     1        1     4/5 missed   overheating:a:1",
    "b has not carried cool_down out for overheating:a:1: refused (not while it is filling)",
  ]);
  assert.equal(decisionLines([{ ...decision, directive: { ...directive, outcome: "open" } }]).length, 2);
  const met = { ...directive, outcome: "met", done: 5, lacking: [], missing: ["c"] };
  const [, row = "", ...more] = decisionLines([{ ...decision, directive: met }]);
  assert.match(row, / {2}5\/5 met, 1 missing {2}/);
  assert.deepEqual(more, ["c was missing when cool_down was proposed for overheating:a:1"]);
});
