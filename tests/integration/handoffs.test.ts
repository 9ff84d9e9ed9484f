/** Handlers that hand their task to another agent: to the least loaded one that takes it, with what they have done so far. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { Registry } from "prom-client";
import { createAgent, EntrainError, type Agent, type CapabilityOptions } from "entrain";

/** Agents that review in two steps: who begins hands over, who takes over ends. */
function reviewer(
  own: { redis: string; swarm: string; agentId: string; registry?: Registry },
  accept?: () => boolean,
): Agent {
  const { agentId } = own;
  const agent = createAgent({ ...own, coordinate: true });
  const options: CapabilityOptions = accept === undefined ? {} : { accept };
  agent.capability("review", options, async (text: string, { handedOver, handOff }) => {
    if (handedOver !== null) return `${handedOver.carry as string}, ended by ${agentId} for ${handedOver.reason}`;
    const carry = `${text} begun by ${agentId}`;
    try {
      return await handOff({ reason: "escalation", carry, withinMs: 1_000 });
    } catch (thrown) {
      const { code } = EntrainError.from(thrown);
      if (code !== "unavailable") throw thrown;
      return `${carry}, ended alone: ${code}`;
    }
  });
  return agent;
}

test("a handler hands its task to an agent that takes it, and alone it keeps it", async () => {
  await using redis = await acquireTestRedis();
  const own = { redis: redis.url, swarm: `s-${randomUUID()}` };
  const registry = new Registry();
  await using one = reviewer({ ...own, agentId: "a", registry });
  await one.start();
  const review = async (): Promise<unknown> => {
    const sessionId = await one.sessions.create({ pattern: { capability: "review" }, input: "page" });
    const { state, result, cause } = await one.sessions.wait(sessionId);
    assert.equal(state, "converged", cause);
    return result;
  };
  assert.equal(await review(), "page begun by a, ended alone: unavailable");

  await using other = reviewer({ ...own, agentId: "b" });
  // It comes first by name, and takes nothing.
  await using proud = reviewer({ ...own, agentId: "Aa" }, () => false);
  await Promise.all([other.start(), proud.start()]);
  const seen = new Set<string>();
  const results = await waitFor("each has begun one", async () => {
    seen.add(String(await review()));
    return [...seen].some((text) => text.includes("begun by a,")) && [...seen];
  });
  for (const text of results) {
    assert.match(text, /^page begun by (a|b|Aa), ended by (a|b) for escalation$/);
    assert.doesNotMatch(text, /begun by (\w+), ended by \1 /);
  }
  assert.match(await registry.metrics(), /^entrain_handoffs_total\{reason="escalation",outcome="transferred"\} [1-9]/m);
});
