/**
 * A failover that loses committed decisions: the replica that Sentinels promote never heard of what agents decided last, and
 * has acted on. They give it back: what was decided is restored as it was, and not decided anew (D4).
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { Redis } from "ioredis";
import { Registry } from "prom-client";
import { startSentinelSet, type SentinelSet } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, type Agent } from "entrain";

const password = "s3cret";
/** Long enough for the replica to be electable although it has not heard from its primary for a while: ten times this. */
const downAfterMs = 1_500;

/** From now on the replica gets nothing: it cannot log in at its primary any more. */
async function cutReplica({ primary, replica }: SentinelSet): Promise<void> {
  await onServer(replica.port, (redis) => redis.config("SET", "masterauth", "of another server"));
  await onServer(primary.port, (redis) => redis.call("CLIENT", "KILL", "TYPE", "replica"));
  await onServer(replica.port, (redis) =>
    waitFor("the replica is alone", async () => (await redis.info("replication")).includes("master_link_status:down")),
  );
}

async function onServer<Answer>(port: number, ask: (redis: Redis) => Promise<Answer>): Promise<Answer> {
  const redis = new Redis({ port, host: "127.0.0.1", password });
  try {
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}

test("decisions that a failover has lost are given back by those who acted on them, and nobody decides them anew", async () => {
  await using set = await startSentinelSet({ password, downAfterMs });
  await using stack = new AsyncDisposableStack();
  const sentinels = set.sentinels.map(({ port }) => ({ host: "127.0.0.1", port }));
  const swarm = `s-${randomUUID()}`;
  const registries: Registry[] = [];
  function mood(): Agent {
    const registry = new Registry();
    registries.push(registry);
    return stack.use(
      createAgent({
        swarm,
        redis: { sentinels, name: set.group, password },
        decide: ({ policy }) => ({
          type: "ANOMALY_RESPONSE",
          action: policy.actions[Math.floor(Math.random() * policy.actions.length)]!,
          confidence: 1,
          reasoning: "as it comes",
        }),
        registry,
      }),
    );
  }
  const [one, other] = [mood(), mood()];
  await Promise.all([one.start(), other.start()]);
  await waitFor("a leader", () => [one, other].every((agent) => agent.leader().leaderId !== null));
  const kept = await one.decide({ temperature: 85 }, { incident: "KEPT" });
  await onServer(set.primary.port, (redis) => redis.wait(1, 5_000));

  await cutReplica(set);
  const readings = Array.from({ length: 20 }, (_, index) => ({ temperature: 85, subject: `rack-${index}` }));
  const named = await one.decide({ temperature: 85 }, { incident: "LOST" });
  const lost = await Promise.all(readings.map((reading) => one.decide(reading)));
  assert.ok([named, ...lost].every(({ source }) => source !== "safe-alone"));
  const held = (port: number) => onServer(port, (redis) => redis.hexists(`entrain:{${swarm}}:decisions`, "LOST"));
  assert.deepEqual([await held(set.primary.port), await held(set.replica.port)], [1, 0], "the replica lacks it");

  const back = new Set<Agent>();
  for (const agent of [one, other])
    agent.on("degraded", ({ degraded, generation }) => {
      if (!degraded && generation > 1) back.add(agent);
    });
  await set.primary.kill();
  await waitFor("both follow the promoted replica, as another life of the store", () => back.size === 2, 30_000);
  const newcomer = mood();
  await newcomer.start();
  const again = await waitFor("the ledger decides again", async () => {
    const outcome = await newcomer.decide({ temperature: 85 }, { incident: "LOST" });
    return outcome.source !== "safe-alone" && outcome;
  });
  assert.deepEqual([again.source, again.decision], ["adopted", named.decision]);
  assert.deepEqual((await newcomer.decide({ temperature: 85 }, { incident: "KEPT" })).decision, kept.decision);
  for (const agent of [newcomer, other, one]) {
    const outcomes = await Promise.all(readings.map((reading) => agent.decide(reading)));
    assert.deepEqual(
      outcomes.map(({ decision }) => decision),
      lost.map(({ decision }) => decision),
    );
  }
  assert.equal(await held(set.replica.port), 1, "it is in the ledger again");
  const metrics = (await Promise.all(registries.map((registry) => registry.metrics()))).join("\n");
  const reoffered = (outcome: string): number => {
    const lines = metrics.matchAll(
      new RegExp(`^entrain_decisions_reoffered_total\\{outcome="${outcome}"\\} (\\d+)`, "gm"),
    );
    return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  assert.equal(reoffered("replaced"), 0);
  assert.ok(reoffered("restored") >= lost.length + 1, metrics.match(/entrain_decisions_reoffered.*/g)?.join("\n"));
});
