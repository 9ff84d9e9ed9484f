/** A swarm one of whose agents thinks by a remote reasoner that fails in every way: decisions come in time, the rest goes on. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, createChatReasoner, createHttpReasoner, type Agent, type AgentOptions } from "entrain";

let redis: TestRedis;
let url: string;
let behave: (response: ServerResponse) => void;
let calls = 0;
const server = createServer((request, response) => {
  request.resume().on("end", () => {
    calls += 1;
    behave(response);
  });
});

before(async () => {
  redis = await acquireTestRedis();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(async () => {
  server.close();
  server.closeAllConnections();
  await redis.stop();
});

async function started(options: Partial<AgentOptions>): Promise<Agent> {
  const agent = createAgent({ swarm: `s-${randomUUID()}`, redis: redis.url, ...options });
  await agent.start();
  await waitFor("a leader", () => agent.leader().leaderId !== null);
  return agent;
}

const hot = (subject: string) => ({ temperature: 85, subject });

test("while a reasoner hangs, throws, or talks nonsense the safe action is the swarm's decision in time, then it is left alone", async () => {
  const swarm = `s-${randomUUID()}`;
  await using leader = await started({
    swarm,
    decide: createHttpReasoner({ url, deadlineMs: 300, breaker: { failures: 3, openMs: 60_000 } }),
  });
  await using follower = await started({ swarm });
  // A reasoner that fails makes its process unwell; safe mode is not what is tested here.
  const { version } = await leader.context.merge({ policy: { decision: { safeModeHealth: 0 } } });
  await waitFor("the policy", () => [leader, follower].every(({ context }) => context.current()?.version === version));
  const failures: readonly ((response: ServerResponse) => void)[] = [
    () => undefined,
    (response) => void response.writeHead(500).end(),
    (response) => void response.end("{"),
  ];
  for (const [index, failure] of failures.entries()) {
    behave = failure;
    const { decision, source, latencyMs } = await leader.decide(hot(`rack-${index}`));
    assert.deepEqual([source, decision.type, decision.action], ["committed", "SAFE_MODE", "enter_safe_mode"]);
    assert.match(decision.reasoning, /reasoner http failed/);
    assert.ok(latencyMs < 1_000, `${latencyMs} ms`);
    const adopted = await follower.decide(hot(`rack-${index}`));
    assert.equal(adopted.decision.decisionId, decision.decisionId);
  }
  assert.equal(calls, 3);
  const { decision } = await leader.decide(hot("rack-9"));
  assert.match(decision.reasoning, /left alone for a while/);
  assert.equal(calls, 3, "nobody asked it");
});

test("an agent whose reasoner hangs holds nobody else up: the others decide by the rules", async () => {
  const swarm = `s-${randomUUID()}`;
  await using leader = await started({ swarm });
  await using slow = await started({ swarm, decide: createHttpReasoner({ url, deadlineMs: 300 }) });
  behave = () => undefined;
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => [leader.decide(hot(`r-${index}`)), slow.decide(hot(`r-${index}`))]).flat(),
  );
  assert.deepEqual([...new Set(answers.map(({ decision }) => decision.action))], ["cool_down"]);
  assert.ok(answers.every(({ latencyMs }) => latencyMs < 1_000));
});

test("an agent thinks by a model behind a chat endpoint", async () => {
  const verdict = { type: "ANOMALY_RESPONSE", action: "shed_load", confidence: 0.8, reasoning: "the trend says so" };
  behave = (response) =>
    void response.end(JSON.stringify({ choices: [{ message: { content: JSON.stringify(verdict) } }] }));
  await using agent = await started({ decide: createChatReasoner({ baseUrl: `${url}/v1`, model: "small" }) });
  const { decision } = await agent.decide(hot("rack-1"));
  assert.deepEqual([decision.action, decision.reasoning], ["shed_load", "the trend says so"]);
});
