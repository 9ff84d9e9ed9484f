/** The shared document as a library user works with it, through agents over a real Redis. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, type Agent, type ContextNews, type WatchNews } from "entrain";

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(async () => {
  await redis.stop();
});

async function startedAgents(...ids: readonly string[]) {
  const swarm = `s-${randomUUID()}`;
  const stack = new AsyncDisposableStack();
  const rhythm = { periodMs: 1_000 };
  const agents = ids.map((agentId) => stack.use(createAgent({ swarm, redis: redis.url, rhythm, agentId })));
  await Promise.all(agents.map((agent) => agent.start()));
  return { agents: agents as [Agent, ...Agent[]], [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("what one agent changes the other has, is told of, and finds in the history with its author and reason", async () => {
  await using swarm = await startedAgents("a", "b");
  const [a, b] = swarm.agents as [Agent, Agent];
  const told: ContextNews[] = [];
  b.on("context", (news) => told.push(news));
  const { version } = await a.context.merge({ mine: { n: 1 } }, { reason: "to begin with" });
  await waitFor("b has it", () => b.context.current()?.version === version);
  assert.deepEqual(b.context.current()?.document["mine"], { n: 1 });
  await waitFor("b was told", () => told.some((news) => news.document.version === version));
  const [entry] = (await b.context.history(1)).entries;
  assert.deepEqual([entry?.version, entry?.author, entry?.reason], [version, "a", "to begin with"]);
  await b.context.patch([{ op: "replace", path: "/mine/n", value: 2 }], { baseVersion: version });
  await assert.rejects(a.context.merge({ mine: { n: 3 } }, { baseVersion: version }), {
    code: "conflict",
    value: version + 1,
  });
  const back = await a.context.rollback(version);
  assert.equal(back.version, version + 2);
  assert.deepEqual((await a.context.read()).document["mine"], { n: 1 });
});

test("an agent reads what is public, its own and its groups', and nobody what has expired", async () => {
  await using swarm = await startedAgents("a", "b");
  const [a, b] = swarm.agents as [Agent, Agent];
  const item = { kind: "hypothesis", value: "secret", owner: "a" };
  const told: ContextNews[] = [];
  b.on("context", (news) => told.push(news));
  const organisation = { groups: { night: { members: ["b"] }, day: { members: [] } } };
  const items = {
    open: { ...item, value: 0 },
    own: { ...item, access: "private" },
    night: { ...item, value: 1, access: "group", group: "night" },
    day: { ...item, access: "group", group: "day" },
    old: { ...item, expiresAt: Date.now() - 1 },
  };
  const { version } = await a.context.merge({ policy: { organisation }, blackboard: { items } });
  const named = ({ document }: { document: Readonly<Record<string, unknown>> }) =>
    Object.keys((document["blackboard"] as { items: object }).items);
  assert.deepEqual(named(await a.context.read()), ["open", "own", "night", "day"]);
  assert.deepEqual(named(await b.context.read()), ["open", "night"]);
  const news = await waitFor("b was told", () => told.find(({ document }) => document.version === version));
  const history = await b.context.history(5);
  using watch = b.context.watch({ fromVersion: version - 1 });
  const first = await watch.next();
  for (const seen of [news, history, first, b.context.current()]) assert.ok(!JSON.stringify(seen).includes("secret"));
  assert.equal((first.value as WatchNews).version, version);
  assert.ok(JSON.stringify(await a.context.history(5)).includes("secret"));
});

test("twenty agents' changes at once are twenty versions, and a watcher is told each, once and in order", async () => {
  await using swarm = await startedAgents("a", "b");
  const [a, b] = swarm.agents as [Agent, Agent];
  await waitFor("b knows the document", () => b.context.current() !== undefined);
  const first = b.context.current()!.version;
  using watch = b.context.watch({ pointers: ["/count"] });
  await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? a : b).context.merge({ count: { [n]: n } })));
  const news: WatchNews[] = [];
  for await (const one of watch) {
    news.push(one);
    if (one.version === first + 20) break;
  }
  assert.deepEqual(
    news.filter(({ kind }) => kind === "change").map(({ version }) => version),
    Array.from({ length: 20 }, (_, n) => first + 1 + n),
  );
  assert.equal(watch.stats().closed, true, "leaving the loop ends the watch");
});

test("through a pause and a restart of Redis a watcher accounts for every version", async () => {
  await using swarm = await startedAgents("a", "b");
  const [a, b] = swarm.agents as [Agent, Agent];
  await waitFor("b knows the document", () => b.context.current() !== undefined);
  let reached = b.context.current()!.version;
  using watch = b.context.watch();
  await a.context.merge({ n: 1 });
  await redis.restart();
  await waitFor("a change is taken again", () =>
    a.context.merge({ n: 2 }).then(
      () => true,
      () => false,
    ),
  );
  const { version } = await a.context.merge({ n: 3 });
  for await (const news of watch) {
    if (news.kind === "change") assert.equal(news.baseVersion, reached);
    if (news.kind === "resync") assert.equal(news.fromVersion, reached);
    reached = news.version;
    if (reached >= version) break;
  }
  assert.deepEqual((await b.context.read()).document["n"], 3);
});

test("a stopped agent ends its watches", async () => {
  await using swarm = await startedAgents("a");
  const [a] = swarm.agents;
  const watch = a.context.watch();
  const next = watch.next();
  await a.stop();
  assert.equal((await next).done, true);
});
