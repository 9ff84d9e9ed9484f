/** Questions that the voters of a swarm decide, between agents and processes over a real Redis (M2, P2). */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, type Agent, type Ballot } from "entrain";
import { startService } from "./service-process.ts";

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(async () => {
  await redis.stop();
});

const shared = {
  election: { leaseMs: 600, renewEveryMs: 150, requestTimeoutMs: 200, stopMarginMs: 100, pollMs: 100 },
  membership: { heartbeatMs: 100, deadAfterMs: 600 },
  voters: { evictAfterMs: 300 },
};

/** Started agents of one swarm, all of them voters. */
async function votersOf(stack: AsyncDisposableStack, swarm: string, count: number): Promise<Agent[]> {
  const agents = Array.from({ length: count }, (_, index) =>
    stack.use(createAgent({ swarm, redis: redis.url, agentId: `a${index}`, requireStore: true, ...shared })),
  );
  await Promise.all(agents.map((agent) => agent.start()));
  await waitFor("all to be voters", async () => {
    const { voters } = await agents[0]!.votes.voters();
    return agents.every((agent) => voters.some(({ agentId }) => agentId === agent.agentId));
  });
  return agents;
}

test("voters answer, minds change in the next round, and everybody learns the same", async () => {
  await using stack = new AsyncDisposableStack();
  const agents = await votersOf(stack, `s-${randomUUID()}`, 3);
  const [first] = agents as [Agent];
  const seen: Pick<Ballot, "question" | "round" | "previous">[] = [];
  const wishes = ["eu", "us", "asia"];
  for (const [index, agent] of agents.entries())
    agent.votes.answer(({ question, round, previous }) => {
      if (index === 0) seen.push({ question, round, previous });
      return round === 1 ? wishes[index] : "eu";
    });
  const proposalId = await first.votes.propose({ question: { move: "orders" }, options: wishes });
  const results = await Promise.all(agents.map((agent) => agent.votes.outcome(proposalId, { timeoutMs: 20_000 })));
  for (const result of results)
    assert.deepEqual(
      { ...result, counts: undefined },
      {
        ...{ kind: "passed", choice: "eu", round: 2, electorate: ["a0", "a1", "a2"], counts: undefined },
      },
    );
  assert.deepEqual(seen, [
    { question: { move: "orders" }, round: 1, previous: undefined },
    { question: { move: "orders" }, round: 2, previous: { asia: 1, eu: 1, us: 1 } },
  ]);
  await assert.rejects(first.votes.propose({ proposalId, options: ["eu", "us"] }), { code: "already-exists" });
  await assert.rejects(first.votes.outcome("none"), { code: "not-found" });
});

test("P2: who says nothing lets nothing pass, and a vote stands as it was cast first", async () => {
  await using stack = new AsyncDisposableStack();
  const [one, other] = (await votersOf(stack, `s-${randomUUID()}`, 3)) as [Agent, Agent];
  const proposalId = await one.votes.propose({ question: "now?", giveUpMs: 1_000 });
  await one.votes.vote(proposalId, "yes");
  await one.votes.vote(proposalId, "yes");
  await assert.rejects(one.votes.vote(proposalId, "no"), { code: "conflict", message: /stands as yes/ });
  await assert.rejects(one.votes.vote(proposalId, "maybe"), { code: "invalid-argument", field: "choice" });
  other.votes.answer(() => undefined);
  await assert.rejects(one.votes.outcome(proposalId, { timeoutMs: 50 }), { code: "deadline-exceeded" });
  const { kind, choice } = await one.votes.outcome(proposalId, { timeoutMs: 20_000 });
  assert.deepEqual({ kind, choice }, { kind: "failed", choice: null });
  await assert.rejects(other.votes.vote(proposalId, "yes"), { code: "conflict", message: /its time is over/ });
});

test("M2: the vote of a process that was killed counts until the others have evicted it", async () => {
  await using stack = new AsyncDisposableStack();
  const swarm = `s-${randomUUID()}`;
  const doomed = stack.use(
    startService("agent", {
      ENTRAIN_SWARM: swarm,
      ENTRAIN_AGENT_ID: "doomed",
      REDIS_URL: redis.url,
      ENTRAIN_TELEMETRY: "none",
      ENTRAIN_LEASE: "600ms",
      ENTRAIN_LEASE_RENEW: "150ms",
      ENTRAIN_LEASE_MARGIN: "100ms",
      ENTRAIN_STORE_TIMEOUT: "200ms",
      ENTRAIN_HEARTBEAT: "100ms",
      ENTRAIN_DEAD_AFTER: "600ms",
      ENTRAIN_EVICT_AFTER: "300ms",
    }),
  );
  await doomed.ready();
  const [one, other] = (await votersOf(stack, swarm, 2)) as [Agent, Agent];
  await waitFor("the third voter", async () => (await one.votes.voters()).voters.length === 3);
  const proposalId = await one.votes.propose({ question: "go?", policy: "unanimous" });
  for (const agent of [one, other]) agent.votes.answer(() => "yes");
  await assert.rejects(one.votes.outcome(proposalId, { timeoutMs: 300 }), { code: "deadline-exceeded" });
  doomed.kill();
  const result = await other.votes.outcome(proposalId, { timeoutMs: 20_000 });
  assert.deepEqual([result.kind, result.round, result.electorate], ["passed", 2, ["a0", "a1"]]);
  assert.deepEqual(
    (await one.votes.voters()).voters.map(({ agentId }) => agentId),
    ["a0", "a1"],
  );
  await other.stop();
  await waitFor("the vote of who left to go at once", async () => (await one.votes.voters()).voters.length === 1);
  const alone = await one.votes.propose({ question: "and now?", giveUpMs: 300 });
  assert.equal((await one.votes.outcome(alone, { timeoutMs: 20_000 })).kind, "failed", "one alone is no quorum");
});
