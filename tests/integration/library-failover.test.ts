/** A swarm of the library's over Sentinels: its commands go on after the primary was killed. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startSentinelSet } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, type Agent } from "entrain";

test("agents go on with a new primary, in a new generation, with higher terms and tokens", async () => {
  await using set = await startSentinelSet({ password: "s3cret" });
  const sentinels = set.sentinels.map(({ port }) => ({ host: "127.0.0.1", port }));
  const redis = { sentinels, name: set.group, password: "s3cret" };
  const election = { leaseMs: 600, renewEveryMs: 150, requestTimeoutMs: 200, stopMarginMs: 100 };
  const swarm = `s-${randomUUID()}`;
  await using stack = new AsyncDisposableStack();
  const agents: Agent[] = [1, 2].map(() =>
    stack.adopt(createAgent({ swarm, redis, election, requireStore: true }), (agent) => agent.stop()),
  );
  const generations: number[] = [];
  for (const agent of agents) {
    agent.on("degraded", ({ degraded, generation }) => degraded || generations.push(generation));
    await agent.start();
  }
  const [one, other] = agents as [Agent, Agent];
  const leader = (): Agent | undefined => agents.find((agent) => agent.leader().isSelf);
  const term = (await waitFor("a leader", leader)).leader().term ?? 0;
  const lease = await one.lock("work").acquire();
  const { token } = lease;
  await lease.release();

  await set.primary.kill();
  await waitFor("both to be back", () => generations.length === 2, 20_000);
  assert.deepEqual(generations, [2, 2]);
  const after = await waitFor("a leader of the new generation", async () => {
    return leader() !== undefined && (await other.decide({ temperature: 85 })).source === "committed" && leader();
  });
  assert.ok(
    term > 0 && (after.leader().term ?? 0) >= term,
    "L2: carried over by its holder, or succeeded by a higher one",
  );
  await using next = await other.lock("work").acquire();
  assert.ok(next.token > token);
});
