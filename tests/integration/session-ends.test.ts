/** The states that a session goes through, and what ends it from outside: time, a cancellation; and a leader that leaves in its middle. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { Registry } from "prom-client";
import { createAgent, EntrainError, type Agent } from "entrain";

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(async () => {
  await redis.stop();
});

/** Agents of a swarm of their own; who drives is up to the test. */
function openSwarm() {
  const swarm = `e-${randomUUID()}`;
  const stack = new AsyncDisposableStack();
  return {
    agent: (agentId: string, coordinate: boolean, registry = new Registry()): Agent =>
      stack.use(createAgent({ swarm, redis: redis.url, rhythm: { periodMs: 1_000 }, agentId, coordinate, registry })),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const made = ({ sessions }: Agent, wish: object): Promise<string> =>
  waitFor("the capabilities are known", () =>
    sessions.create(wish).catch((thrown: unknown) => {
      if (EntrainError.from(thrown).field !== "pattern.capability") throw thrown;
      return undefined;
    }),
  );

/** Never ends by itself. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(EntrainError.from(signal.reason)));
  });
}

/** A door that a test opens for one at a time. */
function createGate() {
  let permits = 0;
  return {
    pass: () => waitFor("the gate opens", () => permits > 0 && permits--, 30_000),
    openOnce: (): void => {
      permits += 1;
    },
  };
}

test("a session is initializing, executing, synchronizing and converging before it has converged, and its end is measured", async () => {
  await using swarm = openSwarm();
  const worker = swarm.agent("a", false);
  const [work, merge] = [createGate(), createGate()];
  let rounds = 0;
  worker.capability<number, number>("work", {}, async (n) => {
    await work.pass();
    return n;
  });
  worker.capability<readonly number[], number>("merge", {}, async (all) => {
    await merge.pass();
    return all.length + rounds++;
  });
  await worker.start();
  const pattern = {
    pattern: "parallel-merge",
    over: [1],
    each: { capability: "work" },
    merge: { capability: "merge" },
  };
  const criteria = [
    { name: "twice", condition: "iteration >= 2", weight: 3, required: true },
    { name: "never", condition: "result > 100.0", weight: 1 },
  ];
  const goal = { description: "two rounds", criteria, threshold: 75 };
  const sessionId = await made(worker, { pattern, goal, iterationsMax: 3 });
  const registry = new Registry();
  const next: Readonly<Record<string, () => unknown>> = {
    initializing: () => swarm.agent("b", true, registry).start(),
    executing: work.openOnce,
    synchronizing: merge.openOnce,
    converging: work.openOnce,
  };
  const seen: string[] = [];
  for await (const { header } of worker.sessions.watch(sessionId)) {
    if (header.state === seen.at(-1)) continue;
    seen.push(header.state);
    await next[header.state]?.();
  }
  assert.deepEqual(seen, [
    ...["initializing", "executing", "synchronizing"],
    ...["converging", "synchronizing", "converged"],
  ]);
  const gone = worker.sessions.watch("nobody")[Symbol.asyncIterator]();
  await assert.rejects(gone.next(), { code: "not-found" });
  const left = worker.sessions.watch(sessionId, { signal: AbortSignal.abort() })[Symbol.asyncIterator]();
  await assert.rejects(left.next(), { name: "AbortError" });
  const { state, score, parts } = await worker.sessions.wait(sessionId);
  assert.deepEqual([state, score, parts.map(({ met }) => met)], ["converged", 75, [true, false]]);
  const metrics = await registry.metrics();
  assert.match(metrics, /^entrain_session_changes_total\{pattern="parallel-merge",state="converged"\} 1$/m);
  assert.match(metrics, /^entrain_session_duration_seconds_count\{.*state="converged".*\} 1$/m);
  assert.match(metrics, /^entrain_session_score_ratio_sum\{pattern="parallel-merge"\} 0\.75$/m);
});

test("what takes too long ends: a try, a step, a session; and what does not get there in its iterations has diverged", async () => {
  await using swarm = openSwarm();
  const agent = swarm.agent("a", true);
  const aborted: string[] = [];
  agent.capability<string>("hang", { concurrency: 10 }, (name, { signal }) => {
    signal.addEventListener("abort", () => aborted.push(name));
    return untilAborted(signal);
  });
  agent.capability<number, number>("add", {}, (n) => n + 1);
  await agent.start();
  const endOf = async (wish: object) => agent.sessions.wait(await made(agent, wish), { timeoutMs: 30_000 });
  const hang = (name: string, more: object) => ({ capability: "hang", input: name, ...more });

  const late = await endOf({ pattern: hang("session", {}), timeoutMs: 300 });
  assert.deepEqual([late.state, late.cause, late.score], ["failed", "it took longer than 300 ms", null]);
  const tried = await endOf({ pattern: hang("try", { timeoutMs: 50, triesMax: 2 }) });
  assert.equal(tried.state, "failed");
  assert.match(tried.cause, /longer than 50 ms/);
  const branches = [hang("step", { giveUpMs: 200 }), { capability: "add", input: 1 }];
  const given = await endOf({ pattern: { pattern: "parallel-merge", branches, merge: "list", partial: "any" } });
  assert.deepEqual([given.state, given.result], ["converged", [2]]);
  await waitFor("each handler was told", () => ["session", "try", "step"].every((name) => aborted.includes(name)));
  assert.equal(aborted.filter((name) => name === "try").length, 2);

  const goal = { criteria: [{ name: "far", condition: "result > 5.0", required: true }] };
  const iterated = { pattern: { capability: "add", input: "=last == null ? input : last" }, goal, input: 0 };
  const short = await endOf({ ...iterated, iterationsMax: 3 });
  assert.deepEqual([short.state, short.result, short.score], ["diverged", 3, 0]);
  assert.match(short.cause, /^after 3 of 3 iterations: score 0\.0 of 100, not met: far$/);
  assert.deepEqual((await endOf({ ...iterated, iterationsMax: 6 })).result, 6);
});

test("a session with something to do at every instant is cancelled in the middle of it", async () => {
  await using swarm = openSwarm();
  const agent = swarm.agent("a", true);
  let done = 0;
  agent.capability<number, number>("tick", { concurrency: 50 }, async (n) => {
    // Of lengths that differ, so that one of fifty ends at every look of who drives.
    await delay(20 + ((n * 7) % 100));
    done += 1;
    return n;
  });
  await agent.start();
  const over = Array.from({ length: 1_000 }, (_, n) => n);
  const pattern = { pattern: "parallel-merge", over, each: { capability: "tick" }, merge: "sum" };
  const sessionId = await made(agent, { pattern });
  await waitFor("some are done", () => done > 50);
  assert.equal(await agent.sessions.cancel(sessionId, "enough"), true);
  const { state, cause } = await agent.sessions.wait(sessionId, { timeoutMs: 30_000 });
  assert.deepEqual([state, cause], ["cancelled", "enough"]);
  // It ended by the cancellation, and not with the last of its steps.
  assert.ok(done < over.length, `${done} of ${over.length} were done`);
});

test("the swarm's leader leaves while it takes apart: its successor does, and the session comes to the same result", async () => {
  await using swarm = openSwarm();
  const agents = ["a", "b", "c"].map((agentId) => swarm.agent(agentId, true));
  const decomposing: string[] = [];
  for (const agent of agents) {
    agent.capability<string, readonly string[]>("split", {}, (text, { signal }) => {
      decomposing.push(agent.agentId);
      return decomposing.length === 1 ? untilAborted(signal) : text.split(" ");
    });
    agent.capability<string, number>("length", { concurrency: 4 }, (word) => word.length);
    agent.capability<readonly number[], number>("sum", {}, (all) => all.reduce((sum, n) => sum + n, 0));
  }
  await Promise.all(agents.map((agent) => agent.start()));
  const pattern = {
    pattern: "leader-follower",
    decompose: { capability: "split" },
    work: { capability: "length" },
    merge: { capability: "sum" },
  };
  const [first] = agents as [Agent];
  const sessionId = await made(first, { pattern, input: "the quick brown fox" });
  const leader = await waitFor("the leader takes apart", () => decomposing[0]);
  const left = agents.filter(({ agentId }) => agentId !== leader) as [Agent, Agent];
  await agents.find(({ agentId }) => agentId === leader)?.stop({ drainMs: 0 });
  const { state, result, cause } = await left[0].sessions.wait(sessionId, { timeoutMs: 30_000 });
  assert.deepEqual([state, result, cause], ["converged", 16, ""]);
  assert.equal(decomposing.length, 2);
  assert.notEqual(decomposing[1], leader);
});
