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
      const expected = Array.from({ length: agents }, (_, index) => `agent-${index + 1}`);
      assert.deepEqual(
        hosts.flatMap(({ agentIds }) => agentIds),
        expected,
      );
    }),
  );
});
