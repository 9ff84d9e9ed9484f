/** A Redis that comes back without its last writes: what agents decided before is restored, not replaced (D4). */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { Redis } from "ioredis";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createSystemClock, systemTimers } from "@entrain/runtime";
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

test("who acted on a decision that was lost and made anew tells its act again, and the ledger counts the divergence", async () => {
  await using redis = await acquireTestRedis({ config: { appendonly: "yes", appendfsync: "always" } });
  const swarm = `s-${randomUUID()}`;
  await using stack = new AsyncDisposableStack();
  const agent = stack.use(createAgent({ swarm, redis: redis.url }));
  await agent.start();
  const { decision: lost } = await agent.decide({ temperature: 85 }, { incident: "INC-1" });
  const store = createRedisStore({
    redis: redis.url,
    swarmId: swarm,
    clock: createSystemClock(),
    timers: systemTimers,
  });
  stack.defer(() => store.close());
  await store.connect();
  const actsOn = async () => (await store.ledger.list(10)).entries.flatMap(({ acts }) => acts);
  await waitFor("its act is recorded", async () => (await actsOn()).length === 1);

  // As on a successor that lacks the last writes, on which a stranger has decided since: the agent has heard of nothing.
  const direct = new Redis(redis.url);
  const decisions = `entrain:{${swarm}}:decisions`;
  const text = (await direct.hget(decisions, "INC-1")) ?? assert.fail("it is not in the ledger");
  const standing = { ...lost, decisionId: "d-2", action: "throttle" };
  assert.notEqual(lost.action, standing.action);
  await direct.hset(decisions, "INC-1", text.replaceAll(lost.decisionId, "d-2").replaceAll(lost.action, "throttle"));
  await direct.del(`entrain:{${swarm}}:acts:INC-1`);
  direct.disconnect();
  const { incidentId, decisionId, action } = standing;
  const act = { agentId: "stranger", incidentId, decisionId, action, source: "committed", atMs: Date.now() } as const;
  await store.ledger.recordActs([act]);
  assert.equal((await store.ledger.stats()).divergence, 0, "nobody has told of the other act");

  await redis.kill();
  await redis.restart();
  // Undefined while the store is not back.
  const counted = () => store.ledger.stats().catch(() => undefined);
  await waitFor("the divergence is counted", async () => (await counted())?.divergence === 1, 30_000);
  const told = (await actsOn()).map((each) => [each.agentId, each.decisionId, each.action, each.source]);
  assert.deepEqual(
    told.toSorted(),
    [
      [lost.committedBy, lost.decisionId, lost.action, "committed"],
      ["stranger", "d-2", "throttle", "committed"],
    ].toSorted(),
  );
});
