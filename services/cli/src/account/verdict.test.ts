import assert from "node:assert/strict";
import { test } from "node:test";
import { agentView, swarmView } from "../console/view-samples.ts";
import { judge, type FinalState } from "./verdict.ts";

const healthy: FinalState = {
  swarm: swarmView(),
  agents: [agentView("agent-1"), agentView("agent-2")],
  startedIds: ["agent-1", "agent-2"],
  endedFromOutside: new Set(),
};
const { rhythm, decisions } = swarmView();
const { goal } = rhythm;
assert.ok(goal !== null);
const dead = agentView("agent-2", { state: "dead" });

/** What differs from a healthy end, and what the verdict says of it; no reason: held. */
const cases: [string, Partial<FinalState>, RegExp | undefined][] = [
  ["a healthy end holds", {}, undefined],
  ["a silent console does not", { swarm: undefined }, /^the console does not answer$/],
  [
    "unknown coherence does not",
    { swarm: swarmView({ rhythm: { ...rhythm, coherence: null } }) },
    /coherence is unknown/,
  ],
  [
    "low coherence does not, even if converged",
    { swarm: swarmView({ rhythm: { ...rhythm, coherence: 0.989 } }) },
    /^the coherence is 0.989, under 0.99$/,
  ],
  [
    "low coherence holds where the goal is to be spread",
    { swarm: swarmView({ rhythm: { ...rhythm, coherence: 0.001, goal: { ...goal, kind: "spread" } } }) },
    undefined,
  ],
  [
    "high coherence without convergence does not",
    { swarm: swarmView({ rhythm: { ...rhythm, converged: false } }) },
    /has not been converged over a whole window/,
  ],
  [
    "unknown convergence does not",
    { swarm: swarmView({ rhythm: { ...rhythm, converged: null } }) },
    /has not been converged/,
  ],
  ["no leader does not", { swarm: swarmView({ leader: { agentId: null, term: null } }) }, /^nobody leads$/],
  [
    "divergent acts do not",
    { swarm: swarmView({ decisions: { ...decisions, divergence: 2 } }) },
    /acted differently on 2 incidents/,
  ],
  [
    "unknown divergence does not",
    { swarm: swarmView({ decisions: { ...decisions, divergence: null } }) },
    /divergence of decisions is unknown/,
  ],
  [
    "safe actions taken alone are no divergence",
    { swarm: swarmView({ decisions: { ...decisions, safeAlone: 3 } }) },
    undefined,
  ],
  ["a dead agent does not", { agents: [agentView("agent-1"), dead] }, /^not alive, .*: agent-2$/],
  ["an agent that never came does not", { agents: [agentView("agent-1")] }, /^not alive, .*: agent-2$/],
  [
    "an agent that was killed from outside is no fault",
    { agents: [agentView("agent-1"), dead], endedFromOutside: new Set(["agent-2"]) },
    undefined,
  ],
  ["a stranger in the swarm is no fault", { agents: [...healthy.agents, agentView("guest")] }, undefined],
];
for (const [name, difference, reason] of cases)
  test(name, () => {
    const verdict = judge({ ...healthy, ...difference });
    assert.equal(verdict.held, reason === undefined);
    assert.equal(verdict.reasons.length, reason === undefined ? 0 : 1);
    if (reason !== undefined) assert.match(verdict.reasons[0]!, reason);
  });

test("every reason is told", () => {
  const swarm = swarmView({
    rhythm: { ...rhythm, coherence: 0.5, converged: false },
    leader: { agentId: null, term: null },
  });
  assert.equal(judge({ ...healthy, swarm }).reasons.length, 3);
});
