/** Sessions of real agents over a real Redis, on a real job: word statistics over the documents of the installed packages. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, EntrainError, type Agent, type SessionEnd } from "entrain";
import { mostFrequent, sumOf, wordsOf, type Counts } from "./word-counts.ts";

const folder = path.join(import.meta.dirname, "../../node_modules");
const files = globSync("*/README.md", { cwd: folder }).sort().slice(0, 40);
const read = (file: string): Counts => wordsOf(readFileSync(path.join(folder, file), "utf8"));
/** What one process alone comes to. */
const expected: Counts = sumOf(files.map(read));

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(async () => {
  await redis.stop();
});

const ids = ["a", "b", "c", "d", "e"];

/** What each of the five can do. */
function equip(agent: Agent): void {
  agent.capability<string, Counts>("count", { input: { type: "string" }, concurrency: 4 }, (file, { signal }) => {
    signal.throwIfAborted();
    return read(file);
  });
  agent.capability<readonly Counts[], Counts>("add", { input: { type: "array" } }, (counts) => sumOf(counts));
  agent.capability<Counts, readonly string[]>("top", {}, (counts) => mostFrequent(counts, 5));
  agent.capability<readonly string[], readonly string[]>("list", {}, (all) => all);
  agent.capability<{ readonly question: readonly string[] }, { readonly choice: string }>("vote", {}, (ballot) => {
    const [own] = mostFrequent(read(ballot.question[ids.indexOf(agent.agentId)]!), 1);
    return { choice: own! };
  });
  agent.capability("fail", {}, () => {
    throw new EntrainError("invalid-argument", "it cannot be done");
  });
  agent.capability("liar", { result: { type: "number" } }, () => "no number");
}

async function startedAgents() {
  const swarm = `s-${randomUUID()}`;
  const stack = new AsyncDisposableStack();
  const agents = ids.map((agentId, index) =>
    stack.use(createAgent({ swarm, redis: redis.url, rhythm: { periodMs: 1_000 }, agentId, coordinate: index < 2 })),
  );
  for (const agent of agents) equip(agent);
  await Promise.all(agents.map((agent) => agent.start()));
  const [first] = agents as [Agent];
  // A session may be made as soon as somebody is known to offer what it needs.
  const run = async (wish: object): Promise<SessionEnd> => {
    const sessionId = await waitFor("the capabilities are known", () =>
      first.sessions.create(wish).catch((thrown: unknown) => {
        if (EntrainError.from(thrown).field !== "pattern.capability") throw thrown;
        return undefined;
      }),
    );
    return first.sessions.wait(sessionId, { timeoutMs: 30_000 });
  };
  return { agents: agents as [Agent, Agent, ...Agent[]], run, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const fanOut = { pattern: "parallel-merge", over: files, each: { capability: "count" }, merge: "sum" };
const byName = (counts: unknown) => Object.entries(counts as Counts).sort(([a], [b]) => (a < b ? -1 : 1));

test("each pattern does the job with five agents, and comes to what one process comes to", async () => {
  assert.ok(files.length >= 20, `${files.length} files`);
  await using swarm = await startedAgents();
  const converged = async (pattern: object, input: unknown = null) => {
    const end = await swarm.run({ pattern, input });
    assert.deepEqual([end.state, end.cause, end.score], ["converged", "", 100]);
    return end.result;
  };

  assert.deepEqual(byName(await converged(fanOut)), byName(expected), "parallel-merge");
  const parted = {
    pattern: "leader-follower",
    decompose: { capability: "list" },
    work: { capability: "count" },
    merge: { capability: "add" },
  };
  assert.deepEqual(byName(await converged(parted, files)), byName(expected), "leader-follower");
  const staged = { pattern: "pipeline", stages: [fanOut, { capability: "top" }] };
  assert.deepEqual(await converged(staged), mostFrequent(expected, 5), "pipeline");
  const teams = {
    even: { ...fanOut, over: files.filter((_, index) => index % 2 === 0) },
    odd: { ...fanOut, over: files.filter((_, index) => index % 2 === 1) },
  };
  const above = { pattern: "hierarchical", teams, merge: { capability: "add" } };
  assert.deepEqual(byName(await converged(above)), byName(expected), "hierarchical");
  const [file] = files as [string];
  const contest = { pattern: "competitive", task: { capability: "count" }, contestants: 3, score: "result.size()" };
  const { winner, value } = (await converged(contest, file)) as { winner: string; value: Counts };
  assert.equal(winner, "a", "equal scores: the lowest contestant");
  assert.deepEqual(byName(value), byName(read(file)), "competitive");
  const ballot = { pattern: "consensus", vote: { capability: "vote" }, voters: 5, policy: "unanimous" };
  const same = Array.from(ids, () => file);
  const vote = (await converged(ballot, same)) as { choice: string; voters: readonly string[] };
  assert.deepEqual([vote.choice, vote.voters], [mostFrequent(read(file), 1)[0], ids], "consensus");
});

test("what cannot be done ends its session with the cause; what breaks its schema is a dead letter", async () => {
  await using swarm = await startedAgents();
  const failed = await swarm.run({ pattern: { capability: "fail" } });
  assert.deepEqual([failed.state, failed.cause], ["failed", "it cannot be done"]);
  const liar = await swarm.run({ pattern: { capability: "liar", triesMax: 2 } });
  assert.deepEqual([liar.state, liar.cause], ["failed", "result: must be number"]);
  const wrong = await swarm.run({ pattern: { capability: "count" }, input: { no: "file" } });
  assert.deepEqual([wrong.state, wrong.cause], ["failed", "input: must be string"]);
  const [{ sessions }] = swarm.agents;
  await assert.rejects(sessions.create({ pattern: { capability: "cuont" } }), {
    code: "invalid-argument",
    message: /pattern\.capability is "cuont": offered are add, count.*did you mean count\?/,
  });
});

test("a session is made once under its id, listed, and cancelled with what it had begun", async () => {
  await using swarm = await startedAgents();
  const [first, second] = swarm.agents;
  const begun = Promise.withResolvers<AbortSignal>();
  first.capability("wait", {}, (_, { signal }) => {
    begun.resolve(signal);
    return new Promise<never>((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(EntrainError.from(signal.reason)));
    });
  });
  const wish = { sessionId: "mine", pattern: { capability: "wait", leaseMs: 300 } };
  await waitFor("the capability is known", () => first.sessions.create(wish).catch(() => undefined));
  assert.equal(await second.sessions.create(wish), "mine");
  await assert.rejects(second.sessions.create({ ...wish, input: "else" }), { code: "already-exists" });
  const signal = await begun.promise;
  assert.deepEqual(
    (await second.sessions.list(10)).sessions.map(({ spec, state }) => [spec.sessionId, state]),
    [["mine", "executing"]],
  );
  assert.equal(await second.sessions.cancel("mine", "not needed"), true);
  const end = await second.sessions.wait("mine");
  assert.deepEqual([end.state, end.cause], ["cancelled", "not needed"]);
  await waitFor("the handler was told", () => signal.aborted);
  assert.equal(await second.sessions.cancel("mine"), false);
  await assert.rejects(second.sessions.read("none"), { code: "not-found" });
});

test("a session holds its budget while it runs, and fails where there is not enough", async () => {
  await using swarm = await startedAgents();
  const [first] = swarm.agents;
  await first.budget.create({ budgetId: "pool", limits: { credits: 10 } });
  const budget = { budgetId: "pool", amounts: { credits: 8 } };
  const held: number[] = [];
  first.capability("spend", {}, async () => {
    held.push((await first.budget.read("pool"))?.granted["credits"] ?? -1);
    return null;
  });
  const end = await swarm.run({ pattern: { capability: "spend" }, budget });
  assert.deepEqual([end.state, held], ["converged", [8]]);
  await waitFor("it is given back", async () => (await first.budget.read("pool"))?.available["credits"] === 10);
  const tooMuch = await swarm.run({
    pattern: { capability: "spend" },
    budget: { ...budget, amounts: { credits: 11 } },
  });
  assert.equal(tooMuch.state, "failed");
  assert.match(tooMuch.cause, /^its budget: /);
  assert.equal(held.length, 1, "nothing was begun without it");
});

test("who drives leaves, and the session comes to its end under another", async () => {
  await using swarm = await startedAgents();
  const [first, second, third] = swarm.agents as [Agent, Agent, Agent];
  const gate = Promise.withResolvers<undefined>();
  third.capability("slow", {}, async () => {
    await gate.promise;
    return "done";
  });
  const { sessions } = third;
  const wish = {
    sessionId: "long",
    pattern: { pattern: "pipeline", stages: [{ capability: "slow" }, { capability: "list" }] },
  };
  await waitFor("the capability is known", () => sessions.create(wish).catch(() => undefined));
  await waitFor("it is under way", async () => (await sessions.read("long")).header.state === "executing");
  await Promise.all([first.stop({ drainMs: 0 })]);
  gate.resolve(undefined);
  // Either drove it; the one that is left brings it to its end.
  const end = await sessions.wait("long", { timeoutMs: 20_000 });
  assert.deepEqual([end.state, end.result], ["converged", "done"]);
  await second.stop();
});
