/** Sessions whose steps consume a budget: what is charged, and what each policy does where it is used up. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, EntrainError, type Agent } from "entrain";

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(async () => {
  await redis.stop();
});

/** Two agents; `work` costs 40 tokens. */
async function startedAgents() {
  const swarm = `b-${randomUUID()}`;
  const stack = new AsyncDisposableStack();
  const agents = ["a", "b"].map((agentId, index) =>
    stack.use(createAgent({ swarm, redis: redis.url, rhythm: { periodMs: 1_000 }, agentId, coordinate: index === 0 })),
  );
  for (const agent of agents)
    agent.capability<number, number>("work", {}, (n, { consume, budget }) => {
      assert.ok(budget === null || budget["tokens"] !== undefined);
      consume({ tokens: 40 });
      return n;
    });
  await Promise.all(agents.map((agent) => agent.start()));
  const [first] = agents as [Agent];
  const create = (wish: object): Promise<string> =>
    waitFor("the capabilities are known", () =>
      first.sessions.create(wish).catch((thrown: unknown) => {
        if (EntrainError.from(thrown).field !== "pattern.capability") throw thrown;
        return undefined;
      }),
    );
  const tokens = async () => {
    const budget = await first.budget.read("pool");
    const { used, granted, available, presumed } = budget!;
    return [used, granted, available, presumed].map((amounts) => amounts["tokens"]);
  };
  return { agents: agents as [Agent, Agent], create, tokens, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const each = { capability: "work", input: "=item" };
/** Steps one after the other, so that it is known where the budget ends. */
const inLine = (over: readonly number[], more: object = {}): object => {
  return { pattern: "parallel-merge", over, each, merge: "sum", concurrency: 1, ...more };
};
const budget = (amount: number, exhausted?: string) => ({
  budget: { budgetId: "pool", amounts: { tokens: amount }, ...(exhausted === undefined ? {} : { exhausted }) },
});

test("what steps consume is charged, retries and handoffs included, and what is left is given back", async () => {
  await using swarm = await startedAgents();
  const [first, second] = swarm.agents;
  await first.budget.create({ budgetId: "pool", limits: { tokens: 1_000 } });
  for (const agent of swarm.agents)
    agent.capability<null, string>("costly", {}, async (_, { attempt, handedOver, handOff, consume }) => {
      consume({ tokens: 5 });
      if (attempt === 1) throw new Error("once more");
      if (handedOver === null) return handOff({ reason: "delegation", to: agent === first ? "b" : "a" });
      return agent.agentId;
    });
  assert.equal(second.agentId, "b");
  const stages = [{ capability: "costly" }, { capability: "work" }];
  const sessionId = await swarm.create({ pattern: { pattern: "pipeline", stages }, ...budget(100) });
  assert.equal((await first.sessions.wait(sessionId, { timeoutMs: 30_000 })).state, "converged");
  // A try that failed, one that was handed over, one that ended it; and the second stage.
  await waitFor("it is charged", async () => (await swarm.tokens())[0] === 55);
  await waitFor("the rest is given back", async () => (await swarm.tokens())[2] === 945);
  const { record } = await first.sessions.read(sessionId);
  assert.deepEqual(record.budget.consumed, { tokens: 55 });
});

test("fail: where what is held is used up, the session fails before it begins more", async () => {
  await using swarm = await startedAgents();
  const [{ sessions, budget: desk }] = swarm.agents;
  await desk.create({ budgetId: "pool", limits: { tokens: 1_000 } });
  const end = await sessions.wait(await swarm.create({ pattern: inLine([1, 2, 3, 4]), ...budget(80) }));
  assert.deepEqual([end.state, end.cause], ["failed", "its budget pool: 80 of 80 tokens are consumed"]);
  await waitFor("it is charged", async () => (await swarm.tokens())[0] === 80);
});

test("fail: a step that consumes more than there is ends its session while it works", async () => {
  await using swarm = await startedAgents();
  const [first] = swarm.agents;
  await first.budget.create({ budgetId: "pool", limits: { tokens: 1_000 } });
  const aborted = Promise.withResolvers<undefined>();
  first.capability("greedy", {}, (_, { consume, signal }) => {
    consume({ tokens: 30 });
    return new Promise<never>((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        aborted.resolve(undefined);
        reject(EntrainError.from(signal.reason));
      });
    });
  });
  const sessionId = await swarm.create({ pattern: { capability: "greedy", leaseMs: 300 }, ...budget(20) });
  const end = await first.sessions.wait(sessionId, { timeoutMs: 30_000 });
  assert.deepEqual([end.state, end.cause], ["failed", "its budget pool: 30 of 20 tokens are consumed"]);
  await aborted.promise;
  // Beyond what was held nothing can be charged; the session says what it came to.
  await waitFor("it is charged", async () => (await swarm.tokens())[0] === 20);
  assert.deepEqual((await first.sessions.read(sessionId)).record.budget.consumed, { tokens: 30 });
});

test("queue: the session begins nothing more until there is room, and then goes on", async () => {
  await using swarm = await startedAgents();
  const [{ sessions, budget: desk }] = swarm.agents;
  await desk.create({ budgetId: "pool", limits: { tokens: 100 } });
  const other = await desk.allocate("pool", { amounts: { tokens: 60 } });
  const sessionId = await swarm.create({ pattern: inLine([1, 2]), ...budget(40, "queue") });
  const waiting = async () => {
    const { record } = await sessions.read(sessionId);
    return record.budget.asked.length === 2 && record.ended.size === 1 && record.budget.granted.size === 1;
  };
  await waitFor("it waits for a second part", waiting);
  await other.release();
  const end = await sessions.wait(sessionId, { timeoutMs: 30_000 });
  assert.deepEqual([end.state, end.result], ["converged", 3]);
  await waitFor("both parts are charged", async () => (await swarm.tokens())[0] === 80);
  assert.deepEqual(await swarm.tokens(), [80, 0, 20, 0]);
});

test("queue: a session that waits for room is cancelled, and holds nothing", async () => {
  await using swarm = await startedAgents();
  const [{ sessions, budget: desk }] = swarm.agents;
  await desk.create({ budgetId: "pool", limits: { tokens: 100 } });
  await using _other = await desk.allocate("pool", { amounts: { tokens: 100 } });
  const sessionId = await swarm.create({ pattern: inLine([1]), ...budget(40, "queue") });
  await waitFor("it waits", async () => (await sessions.read(sessionId)).record.budget.asked.length === 1);
  assert.equal(await sessions.cancel(sessionId), true);
  assert.equal((await sessions.wait(sessionId, { timeoutMs: 30_000 })).state, "cancelled");
  assert.deepEqual(await swarm.tokens(), [0, 100, 0, 0]);
});

test("degrade: the session takes what there is, and comes to what it can with it", async () => {
  await using swarm = await startedAgents();
  const [{ sessions, budget: desk }] = swarm.agents;
  await desk.create({ budgetId: "pool", limits: { tokens: 80 } });
  const sessionId = await swarm.create({
    pattern: inLine([1, 2, 4, 8], { partial: "any" }),
    ...budget(500, "degrade"),
  });
  const end = await sessions.wait(sessionId, { timeoutMs: 30_000 });
  assert.deepEqual([end.state, end.result], ["converged", 3], "two steps were to be had");
  const { record } = await sessions.read(sessionId);
  assert.deepEqual([record.budget.asked, record.started.size], [[{ tokens: 80 }], 2]);
  assert.equal(record.budget.exhausted, "its budget pool: 80 of 80 tokens are consumed");
});

test("what is wrong with a budget is refused by its field", async () => {
  await using swarm = await startedAgents();
  const [{ sessions }] = swarm.agents;
  await assert.rejects(sessions.create({ pattern: each, ...budget(1, "beg") }), {
    code: "invalid-argument",
    message: 'budget.exhausted is "beg": use fail, queue, degrade',
  });
  const none = await swarm.create({ pattern: { capability: "work", input: 1 }, ...budget(1) });
  const end = await sessions.wait(none, { timeoutMs: 30_000 });
  assert.deepEqual([end.state, end.cause], ["failed", "its budget: there is no budget pool: create it first"]);
});
