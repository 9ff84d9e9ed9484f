/** The swarm's leader is succeeded as soon as enough voters find nobody where it listened (L5). */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { Registry } from "prom-client";
import { createRedisStore } from "@entrain/redis";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { createSystemClock, systemTimers } from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, type Agent } from "entrain";
import { startService } from "./service-process.ts";

/** Far longer than the test takes, so that only a succession before its end passes. */
const leaseMs = 60_000;

test("L5: a leader that is killed is succeeded before its lease ends, under a higher term", async () => {
  await using stack = new AsyncDisposableStack();
  const redis = stack.adopt(await acquireTestRedis(), (server) => server.stop());
  const swarm = `s-${randomUUID()}`;
  const store = stack.adopt(
    createRedisStore({
      ...{ redis: redis.url, swarmId: swarm, clock: createSystemClock(), timers: systemTimers },
      recoveryWindowMs: leaseMs,
    }),
    (opened) => opened.close(),
  );
  await store.connect();
  const doomed = stack.use(
    startService("agent", {
      ENTRAIN_SWARM: swarm,
      ENTRAIN_AGENT_ID: "doomed",
      ENTRAIN_TELEMETRY: "none",
      ENTRAIN_LEASE: `${leaseMs}ms`,
      REDIS_URL: redis.url,
    }),
  );
  await doomed.ready();
  const before = await waitFor("the leader", () => store.election().read());
  const registries: Registry[] = [];
  const agents: Agent[] = [];
  for (const agentId of ["a", "b", "c"]) {
    const registry = new Registry();
    registries.push(registry);
    const agent = stack.use(
      createAgent({ swarm, redis: redis.url, agentId, registry, election: { leaseMs }, requireStore: true }),
    );
    agents.push(agent);
    await agent.start();
  }
  // Two leases alive would be two minutes.
  for (const { agentId, incarnation } of (await store.registry.snapshot()).members.values())
    await store.votes.enroll({ agentId, incarnation }, { aliveForMs: 0, evictAfterMs: 60_000, votersMin: 2 });
  assert.equal((await store.votes.voters()).voters.length, 4);
  for (const [index, agent] of agents.entries())
    await waitFor(
      `${agent.agentId} to know the others, and to have reached them`,
      async () => {
        const metrics = (await registries[index]?.metrics()) ?? "";
        const answered = /^entrain_probes_total\{through="self",result="answered"\} (\d+)$/m.exec(metrics)?.[1];
        const isConnected = /^entrain_peers_connected(\{\})? 3$/m.test(metrics);
        return agent.leader().leaderId === "doomed" && isConnected && Number(answered) >= 3;
      },
      30_000,
    );

  doomed.kill();
  const heir = await waitFor("the heir", () => agents.find((agent) => agent.leader().isSelf), 30_000);
  const after = await store.election().read();
  assert.deepEqual([before.agentId, after?.agentId], ["doomed", heir.agentId]);
  assert.ok((after?.term ?? 0) > before.term);
  await waitFor("the others to follow", () => agents.every((agent) => agent.leader().leaderId === heir.agentId));
  assert.equal((await heir.decide({ temperature: 85 })).source, "committed", "its effects are accepted");
});
