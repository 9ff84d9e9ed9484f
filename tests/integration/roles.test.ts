/** The leader gives roles by risk: a primary that keeps meeting anomalies is replaced, and so is one that goes. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, type Agent, type AgentRole, type Reasoner } from "entrain";

/** Quick, and so that a busy machine alone, whose loops are late, is over neither threshold. */
const roles = { sampleMs: 500, failedSamples: 2, soundSamples: 1, holdMs: 0, riskMax: 0.45, riskSound: 0.41 };

test("a primary whose own telemetry shows one anomaly after the other gives way to its backup, in safe mode", async () => {
  await using stack = new AsyncDisposableStack();
  const redis = stack.adopt(await acquireTestRedis(), (server) => server.stop());
  const swarm = `s-${randomUUID()}`;
  const reasoned: (readonly [asked: number, assignedRole: string | null])[] = [];
  const decide: Reasoner = {
    name: "by the rules, and listening",
    reason({ rule, reading, context }) {
      reasoned.push([Number(reading["asked"]), context.assignedRole]);
      const { type, action, confidence, reasoning } = rule ?? assert.fail("a rule concerns heat");
      return { type, action, confidence, reasoning };
    },
  };
  const agents = ["a", "b", "c"].map((agentId) => stack.use(createAgent({ swarm, redis: redis.url, agentId, decide })));
  const told: string[] = [];
  for (const agent of agents) {
    agent.on("role", ({ role, before = "none" }) => told.push(`${agent.agentId}: ${before} to ${role}`));
    assert.equal(agent.role(), undefined);
    await agent.start();
  }
  const [first] = agents as [Agent, Agent, Agent];
  await first.context.merge({ policy: { roles } }, { reason: "quick roles" });
  const inRole = (role: AgentRole): Agent | undefined => agents.find((agent) => agent.role() === role);
  const primary = await waitFor("a primary with a backup", () => inRole("backup") && inRole("primary"), 30_000);
  const backup = inRole("backup");

  for (let ordinal = 0; ordinal < 6; ordinal++)
    await primary.decide({ temperature: 85, asked: ordinal }, { incident: `hot-${ordinal}` });
  assert.deepEqual(reasoned[0], [0, "primary"], "a reasoner is told who asks");
  await waitFor("the backup to follow", () => backup !== undefined && backup.role() === "primary", 30_000);
  await waitFor("the first primary to be in safe mode", () => primary.role() === "safe-mode", 30_000);
  await waitFor("the third to be backup", () => inRole("backup") !== undefined, 30_000);
  const third = inRole("backup");

  await backup?.stop();
  await waitFor("the third to be primary", () => third?.role() === "primary", 30_000);
  assert.equal(primary.role(), "safe-mode", "it is forgiven later");
  assert.deepEqual(told.filter((line) => line.startsWith(`${primary.agentId}:`)).slice(-2), [
    `${primary.agentId}: standby to primary`,
    `${primary.agentId}: primary to safe-mode`,
  ]);
});
