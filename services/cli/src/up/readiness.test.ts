import assert from "node:assert/strict";
import { test } from "node:test";
import { agentView, swarmView } from "../console/view-samples.ts";
import { missingForReadiness } from "./readiness.ts";

const ids = ["agent-1", "agent-2"];

test("a swarm is ready when all its agents are alive and heard, and one leads", () => {
  assert.deepEqual(
    missingForReadiness(
      ids,
      ids.map((id) => agentView(id)),
      swarmView(),
    ),
    [],
  );
});

test("what is missing is named", () => {
  const noLeader = swarmView({ leader: { agentId: null, term: null } });
  const silent = agentView("agent-2", { phaseRad: null });
  assert.deepEqual(missingForReadiness(ids, [agentView("agent-1")], swarmView()), ["not alive yet: agent-2"]);
  assert.deepEqual(missingForReadiness(ids, [agentView("agent-1"), silent], noLeader), [
    "no phase heard from: agent-2",
    "no leader yet",
  ]);
  const dead = agentView("agent-2", { state: "dead" });
  assert.deepEqual(missingForReadiness(ids, [agentView("agent-1"), dead], swarmView()), ["not alive yet: agent-2"]);
});

test("of many missing agents the first five are named", () => {
  const many = Array.from({ length: 8 }, (_, index) => `agent-${index + 1}`);
  assert.deepEqual(missingForReadiness(many, [], swarmView()), [
    "not alive yet: agent-1, agent-2, agent-3, agent-4, agent-5 and 3 more",
  ]);
});
