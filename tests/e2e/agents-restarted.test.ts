import assert from "node:assert/strict";
import { test } from "node:test";
import { startSwarm } from "./swarm-under-test.ts";
import { until } from "./until.ts";

test("killed agents are started again with --restart, and are in phase within 2 s of being ready", async (t) => {
  await using swarm = await startSwarm({ flags: ["--restart"] });
  const before = new Map((await swarm.api.agents()).map((agent) => [agent.agentId, agent]));
  const victims = ["agent-2", "agent-4"];
  for (const agentId of victims) process.kill(swarm.service(agentId).pid, "SIGKILL");
  for (const agentId of victims)
    await swarm.line(
      `${agentId} lives again`,
      (line) => line.kind === "service" && line["name"] === agentId && line["lives"] === 2,
      20_000,
    );
  const backAt = performance.now();
  await until(
    "all five are alive and in phase",
    async () => {
      const [agents, { coherence }] = await Promise.all([swarm.api.agents(), swarm.api.rhythm()]);
      const fresh = agents.filter(
        ({ agentId, state, phaseRad, incarnation }) =>
          state === "alive" &&
          phaseRad !== null &&
          (!victims.includes(agentId) || incarnation > before.get(agentId)!.incarnation),
      );
      return fresh.length === 5 && coherence !== null && coherence >= 0.99;
    },
    5_000,
  );
  const inPhaseAfterMs = performance.now() - backAt;
  t.diagnostic(`in phase ${inPhaseAfterMs.toFixed(0)} ms after they were ready`);
  assert.ok(inPhaseAfterMs < 2_000);
});

test("a killed console, decision loop and coordinator come back at their addresses, also without --restart", async () => {
  await using swarm = await startSwarm({ flags: ["--agents", "2"] });
  for (const name of ["console", "decision-loop", "coordinator"]) {
    const { pid, grpcAddress } = swarm.service(name);
    process.kill(pid, "SIGKILL");
    await swarm.line(
      `${name} lives again`,
      (line) => line.kind === "service" && line["name"] === name && line["lives"] === 2,
      20_000,
    );
    assert.equal(swarm.service(name)["grpcAddress"], grpcAddress);
  }
  const answer = await until("the swarm decides again", async () => {
    const injected = await swarm.api.inject({ temperature: 85 });
    return injected.decisions.length === 2 && injected;
  });
  assert.equal(answer.divergence, 0);
});
