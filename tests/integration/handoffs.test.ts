/** Handlers that hand their task to another agent: to the least loaded one that takes it, with what they have done so far. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { Registry } from "prom-client";
import { createAgent, EntrainError, type Agent, type CapabilityOptions, type HandoffReason } from "entrain";

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

const reasons: readonly HandoffReason[] = [
  ...(["capability-mismatch", "load", "escalation", "failure-recovery"] as const),
  ...(["pipeline-step", "delegation", "timeout"] as const),
];

test("each reason is a reason, is counted as such, and what was done so far travels with the task", async () => {
  await using redis = await acquireTestRedis();
  const own = { redis: redis.url, swarm: `s-${randomUUID()}` };
  const registry = new Registry();
  await using one = createAgent({ ...own, agentId: "a", registry, coordinate: true });
  await using other = createAgent({ ...own, agentId: "b", registry });
  const carryOf = (reason: string) => ({
    progress: { done: 3, of: 7 },
    remaining: [reason, "sign"],
    dependencies: { after: ["draft"] },
    artifacts: [{ name: "draft.md", at: "s3://drafts/1" }],
  });
  for (const agent of [one, other])
    agent.capability<HandoffReason>("work", { concurrency: 20 }, (reason, { handedOver, handOff, attempt }) => {
      if (handedOver === null) return handOff({ reason, carry: carryOf(reason) });
      const { from, carry } = handedOver;
      return { by: agent.agentId, from, reason: handedOver.reason, carry, attempt };
    });
  await Promise.all([one.start(), other.start()]);
  const done = await waitFor("the capability is known", () =>
    one.sessions
      .create({ pattern: { pattern: "parallel-merge", over: reasons, each: { capability: "work" }, merge: "list" } })
      .catch(() => undefined),
  );
  const { state, result, cause } = await one.sessions.wait(done, { timeoutMs: 30_000 });
  assert.equal(state, "converged", cause);
  for (const [at, each] of (result as readonly Record<string, unknown>[]).entries()) {
    const { by, from, ...rest } = each;
    assert.notEqual(by, from);
    assert.deepEqual(rest, { reason: reasons[at], carry: carryOf(reasons[at]!), attempt: 1 });
  }
  const metrics = await registry.metrics();
  for (const reason of reasons)
    assert.match(
      metrics,
      new RegExp(`^entrain_handoffs_total\\{reason="${reason}",outcome="transferred"\\} [1-9]`, "m"),
    );
  const wrong = await one.sessions.create({ pattern: { capability: "work" }, input: "boredom" });
  const refused = await one.sessions.wait(wrong);
  assert.match(refused.cause, /^reason is "boredom": give one of capability-mismatch, load, /);
});
