import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { planHosts } from "./swarm-plan.ts";

test("up to 50 agents live in a process each that has the agent's name", () => {
  for (const agents of [1, 5, 50]) {
    const hosts = planHosts(agents, 2);
    assert.equal(hosts.length, agents);
    assert.ok(hosts.every(({ name, agentIds }) => agentIds.length === 1 && agentIds[0] === name));
  }
});

test("more are packed evenly over at least 8 processes, each agent once", () => {
  fc.assert(
    fc.property(fc.integer({ min: 51, max: 2_000 }), fc.integer({ min: 1, max: 64 }), (agents, cores) => {
      const hosts = planHosts(agents, cores);
      const sizes = hosts.map(({ agentIds }) => agentIds.length);
      assert.ok(hosts.length >= 8);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
      assert.ok(Math.min(...sizes) >= 1 || cores > agents);
      const ids = hosts.flatMap(({ agentIds }) => agentIds);
      assert.equal(new Set(ids).size, agents);
      assert.equal(ids.length, agents);
    }),
  );
});

test("the packed ones are named as the agent service names them", () => {
  const [first] = planHosts(60, 2);
  assert.deepEqual(first, { name: "agent-1", agentIds: [1, 2, 3, 4, 5, 6, 7].map((place) => `agent-1-${place}`) });
});
