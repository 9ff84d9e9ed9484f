/** A Redis that comes back without its last writes: what agents decided before is restored, not replaced (D4). */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, type Agent } from "entrain";

test("agents that decided before a Redis without persistence was killed give their decisions back to it", async () => {
  await using redis = await acquireTestRedis({ config: { appendonly: "no" } });
  const swarm = `s-${randomUUID()}`;
  const mood = (): Agent =>
    createAgent({
      swarm,
      redis: redis.url,
      decide: ({ policy }) => ({
        type: "ANOMALY_RESPONSE",
        action: policy.actions[Math.floor(Math.random() * policy.actions.length)]!,
        confidence: 1,
        reasoning: "as it comes",
      }),
    });
  await using one = mood();
  await using other = mood();
  await Promise.all([one.start(), other.start()]);
  await waitFor("a leader", () => one.leader().leaderId !== null && other.leader().leaderId !== null);
  const readings = Array.from({ length: 20 }, (_, index) => ({ temperature: 85, subject: `rack-${index}` }));
  const named = await one.decide({ temperature: 85 }, { incident: "INC-1" });
  const before = await Promise.all(readings.map((reading) => one.decide(reading)));
  const back = new Set<Agent>();
  for (const agent of [one, other])
    agent.on("degraded", ({ degraded, generation }) => {
      if (!degraded && generation > 1) back.add(agent);
    });
  await redis.kill();
  await redis.restart();
  // A stranger that comes first finds a store without a past, and no reason to wait for those who know better.
  await waitFor("those who decided are back, and the store's new life is known to be one", () => back.size === 2);
  await using newcomer = mood();
  await newcomer.start();
  const idsOf = async (agent: Agent): Promise<readonly string[]> => {
    const outcomes = await Promise.all(readings.map((reading) => agent.decide(reading)));
    return outcomes.map(({ decision }) => decision.decisionId);
  };
  const again = await waitFor("the ledger decides again", async () => {
    const outcome = await newcomer.decide({ temperature: 85 }, { incident: "INC-1" });
    return outcome.source !== "safe-alone" && outcome;
  });
  assert.deepEqual([again.source, again.decision], ["adopted", named.decision]);
  const ids = before.map(({ decision }) => decision.decisionId);
  assert.deepEqual(await idsOf(newcomer), ids);
  assert.deepEqual(await idsOf(other), ids);
});
