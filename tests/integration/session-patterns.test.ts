/** Sessions of real agents that react to the shared context, that hold sub-sessions, and whose pattern is the user's own. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, EntrainError, type Agent, type AgentOptions } from "entrain";
import { relay } from "./relay-pattern.ts";
import { sumOf, wordsOf, type Counts } from "./word-counts.ts";

const folder = path.join(import.meta.dirname, "../../node_modules");
const files = globSync("*/README.md", { cwd: folder }).sort().slice(0, 12);
const read = (file: string): Counts => wordsOf(readFileSync(path.join(folder, file), "utf8"));

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(async () => {
  await redis.stop();
});

const ids = ["a", "b", "c", "d", "e"];

interface ContextChange {
  readonly version: number;
  readonly fromVersion: number;
  readonly changes: readonly { readonly after?: string }[];
}

/** Five agents, two of which drive. */
async function startedAgents(equip: (agent: Agent) => void, more: Partial<AgentOptions> = {}) {
  const swarm = `r-${randomUUID()}`;
  const stack = new AsyncDisposableStack();
  const agents = ids.map((agentId, index) => {
    const options = { swarm, redis: redis.url, rhythm: { periodMs: 1_000 }, agentId, coordinate: index < 2 };
    return stack.use(createAgent({ ...options, ...more }));
  });
  for (const agent of agents) equip(agent);
  await Promise.all(agents.map((agent) => agent.start()));
  const [first] = agents as [Agent];
  const create = (wish: object): Promise<string> =>
    waitFor("the capabilities are known", () =>
      first.sessions.create(wish).catch((thrown: unknown) => {
        if (EntrainError.from(thrown).field !== "pattern.capability") throw thrown;
        return undefined;
      }),
    );
  const watching = (sessionId: string) =>
    waitFor("it watches", async () => (await first.sessions.read(sessionId)).record.watched.size > 0);
  const end = (sessionId: string) => first.sessions.wait(sessionId, { timeoutMs: 30_000 });
  return { first, create, watching, end, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const watch = { pointers: ["/metadata/file"] };

test("each version of what is watched is reacted to once and in order, and what else changes is not", async () => {
  const seen: string[] = [];
  await using swarm = await startedAgents((agent) => {
    agent.capability<string, Counts>("count", {}, (file) => {
      seen.push(file);
      return read(file);
    });
  });
  await swarm.first.context.merge({ metadata: { file: "", noise: 0 } });
  const react = { capability: "count", input: "=change.changes[0].after" };
  const pattern = { pattern: "reactive", watch, react, reactions: files.length, merge: "sum" };
  const sessionId = await swarm.create({ pattern });
  await swarm.watching(sessionId);
  for (const [index, file] of files.entries()) {
    await swarm.first.context.merge({ metadata: { file } });
    await swarm.first.context.merge({ metadata: { noise: index + 1 } });
  }
  const { state, result } = await swarm.end(sessionId);
  assert.equal(state, "converged");
  assert.deepEqual(seen, files);
  const byName = (counts: unknown) => Object.entries(counts as Counts).sort(([a], [b]) => (a < b ? -1 : 1));
  assert.deepEqual(byName(result), byName(sumOf(files.map(read))), "as one process comes to");
});

test("with latest, what changes during a reaction is reacted to as one; further iterations go on where it stopped", async () => {
  const begun = Promise.withResolvers<undefined>();
  const gate = Promise.withResolvers<undefined>();
  await using swarm = await startedAgents((agent) => {
    agent.capability<ContextChange, readonly [number, number]>("look", {}, async ({ version, fromVersion }) => {
      begun.resolve(undefined);
      await gate.promise;
      return [fromVersion, version];
    });
  });
  const { context } = swarm.first;
  // Every version is one of these changes: what runs is not told in between.
  const untold = { coordination: { execution: false } };
  const { version } = await context.merge({ configuration: untold, metadata: { file: "0" } });
  const pattern = { pattern: "reactive", watch, react: { capability: "look" }, changes: "latest" };
  const condition = `result[0][1] >= ${version + 4}.0`;
  const goal = { criteria: [{ name: "all", condition, required: true }] };
  const sessionId = await swarm.create({ pattern, goal, iterationsMax: 10 });
  await swarm.watching(sessionId);
  await context.merge({ metadata: { file: "1" } });
  await begun.promise;
  for (const file of ["2", "3", "4"]) await context.merge({ metadata: { file } });
  gate.resolve(undefined);
  const { state, result } = await swarm.end(sessionId);
  assert.deepEqual([state, result], ["converged", [[version + 1, version + 4]]]);
  assert.equal((await swarm.first.sessions.read(sessionId)).record.iterated, 2);
});

test("a session within a session has its own criteria and iterations, and its failure is its stage's", async () => {
  await using swarm = await startedAgents((agent) => {
    agent.capability<number, number>("double", {}, (n) => n * 2);
  });
  const sub = (most: number): object => ({
    pattern: "session",
    goal: { criteria: [{ name: "large", condition: "result >= 20.0", required: true }] },
    run: { capability: "double", input: "=last == null ? input : last" },
    iterationsMax: most,
  });
  const pipeline = (most: number) => ({ pattern: "pipeline", stages: [sub(most), { capability: "double" }] });
  const good = await swarm.end(await swarm.create({ pattern: pipeline(5), input: 3 }));
  assert.deepEqual([good.state, good.result], ["converged", 48], "3, 6, 12, 24, and once more");
  const bad = await swarm.end(await swarm.create({ pattern: pipeline(2), input: 3 }));
  assert.equal(bad.state, "failed");
  assert.match(bad.cause, /stage 0: after 2 of 2 iterations: score 0.0 of 100, not met: large/);
});

test("a pattern of one's own is one file", async () => {
  const options = { patterns: [relay] };
  await using swarm = await startedAgents((agent) => {
    agent.capability<number, number>("double", {}, (n) => n * 2);
  }, options);
  const pattern = { pattern: "relay", step: { capability: "double" }, times: 5 };
  const end = await swarm.end(await swarm.create({ pattern: { pattern: "pipeline", stages: [pattern] }, input: 1 }));
  assert.deepEqual([end.state, end.result], ["converged", 32]);
  await assert.rejects(swarm.create({ pattern: { ...pattern, times: 0 } }), {
    message: "pattern.times is 0: give a whole number from 1",
  });
  const again = { swarm: "s", redis: redis.url, patterns: [{ ...relay, name: "pipeline" }] };
  assert.throws(() => createAgent(again), { code: "already-exists", message: /there is a pattern pipeline/ });
});

test("what is wrong is said by its field, its value and what to do", async () => {
  await using swarm = await startedAgents((agent) => {
    agent.capability("text", { result: { type: "string" } }, () => 7);
    agent.capability("poison", {}, () => {
      throw new Error("it cannot be digested");
    });
    agent.capability("vote", {}, () => ({ choice: "yes" }));
    agent.capability<number, number>("double", {}, (n) => n * 2);
  });
  const { sessions } = swarm.first;
  const refused = (wish: object, message: RegExp) =>
    assert.rejects(swarm.create(wish), { code: "invalid-argument", message });
  const cyclic: Record<string, unknown> = { pattern: "pipeline" };
  cyclic["stages"] = [{ capability: "double" }, cyclic];
  await swarm.create({ pattern: { capability: "double" }, input: 1 });
  await assert.rejects(sessions.create({ pattern: { capability: "dobule" } }), {
    message: /^pattern\.capability is "dobule": offered are double, poison, text, vote; did you mean double\?$/,
  });
  await refused({ pattern: cyclic }, /^pattern\.stages\.1 is "a part that contains itself": break the cycle/);
  const goal = { criteria: [{ name: "a", condition: "result >" }] };
  await refused({ pattern: { capability: "double" }, goal }, /^goal\.criteria\[0\]\.condition is "result >": .*line 1/);
  const reactive = { pattern: "reactive", react: { capability: "double" } };
  await refused({ pattern: reactive }, /^pattern\.watch is undefined: give an object/);
  await refused(
    { pattern: { ...reactive, watch: { pointers: ["metadata"] } } },
    /^pattern\.watch\.pointers\[0\] is "metadata": write a JSON Pointer/,
  );
  const [broken, poison, quorum, flowing] = await Promise.all(
    [
      { pattern: { capability: "text", triesMax: 2 } },
      { pattern: { capability: "poison", triesMax: 2 } },
      { pattern: { pattern: "consensus", vote: { capability: "vote" }, voters: 6 } },
      { pattern: { capability: "double" }, input: 2 },
    ].map(async (wish) => swarm.end(await swarm.create(wish))),
  );
  assert.deepEqual([broken?.state, broken?.cause], ["failed", "result: must be string"]);
  assert.deepEqual([poison?.state, poison?.cause], ["failed", "it cannot be digested"]);
  assert.equal(quorum?.cause, "voters is 6, and 5 agents offer vote: ask for fewer, or start more");
  assert.deepEqual([flowing?.state, flowing?.result], ["converged", 4], "the rest flows");
});
