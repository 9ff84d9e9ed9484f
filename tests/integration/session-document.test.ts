/** Sessions and the shared document: what it says of sessions counts for those that are made, and what runs is told in it; and its blackboard is kept. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import type { Json } from "@entrain/kernel";
import { waitFor } from "@entrain/testkit/conformance";
import { createAgent, EntrainError } from "entrain";

interface Execution {
  readonly status?: string;
  readonly runs?: Readonly<Record<string, { readonly state: string; readonly pattern: string }>>;
  readonly teams?: Readonly<Record<string, { readonly agents: readonly string[] }>>;
}

test("a watcher of the document sees a session begin, who works on it, and its end; its limits are the document's", async () => {
  await using redis = await acquireTestRedis();
  await using stack = new AsyncDisposableStack();
  const wish = { swarm: `x-${randomUUID()}`, redis: redis.url, rhythm: { periodMs: 1_000 } };
  const [worker, operator] = ["worker", "operator"].map((agentId) =>
    stack.use(createAgent({ ...wish, agentId, coordinate: agentId === "operator" })),
  ) as [ReturnType<typeof createAgent>, ReturnType<typeof createAgent>];
  let mayEnd = false;
  worker.capability<string, string>("work", {}, async (text) => {
    await waitFor("it may end", () => mayEnd);
    return text;
  });
  worker.capability("hang", {}, () => new Promise<never>(() => undefined));
  await Promise.all([worker.start(), operator.start()]);
  /** What a session takes its limits from is the copy of the process in which it is made. */
  const say = async (patch: Json): Promise<void> => {
    const { version } = await operator.context.merge(patch);
    await waitFor("its own copy has it", () => (operator.context.current()?.version ?? 0) >= version);
  };
  await say({
    configuration: {
      timeouts: { session: 60_000, step: 20_000 },
      coordination: { executionEveryMs: 100 },
    },
  });
  const told: Execution[] = [];
  worker.on("context", ({ document: { document } }) => told.push((document["execution"] ?? {}) as Execution));
  const made = (more: object): Promise<string> =>
    waitFor("the capabilities are known", () =>
      operator.sessions.create(more).catch((thrown: unknown) => {
        if (EntrainError.from(thrown).field !== "pattern.capability") throw thrown;
        return undefined;
      }),
    );

  const stages = [{ capability: "work" }, { capability: "work" }];
  const asked = { sessionId: "both", pattern: { pattern: "pipeline", stages }, input: "x" };
  const sessionId = await made(asked);
  await waitFor("it is told that it runs", () =>
    told.some(({ status, runs }) => status === "running" && runs?.[sessionId]?.pattern === "pipeline"),
  );
  assert.equal((await operator.sessions.read(sessionId)).header.spec.timeoutMs, 60_000);
  await say({ configuration: { timeouts: { session: 50_000, step: 100 } } });
  assert.equal(
    await operator.sessions.create(asked),
    sessionId,
    "the same session, though a default has changed since",
  );
  mayEnd = true;
  assert.equal((await operator.sessions.wait(sessionId, { timeoutMs: 30_000 })).state, "converged");
  await waitFor("it is told how it ended", () => told.some(({ runs }) => runs?.[sessionId]?.state === "converged"));
  assert.deepEqual(told.at(-1)?.teams, {}, "nobody works on what has ended");

  const late = await made({ pattern: { capability: "hang", triesMax: 1 } });
  const { state, cause } = await operator.sessions.wait(late, { timeoutMs: 30_000 });
  assert.deepEqual([state, /100 ms/.test(cause)], ["failed", true], cause);
});

test("where no coordinator is, an agent that coordinates removes what has expired on the blackboard", async () => {
  await using redis = await acquireTestRedis();
  const wish = { swarm: `b-${randomUUID()}`, redis: redis.url, rhythm: { periodMs: 1_000 } };
  await using agent = createAgent({ ...wish, agentId: "a", coordinate: true });
  await agent.start();
  const items = { lunch: { kind: "data", value: 1, expiresAt: 1 }, dinner: { kind: "data", value: 2 } };
  await agent.context.merge({ blackboard: { items } });
  const [entry] = await waitFor("it is removed", async () => {
    const { entries } = await agent.context.history(1);
    return entries[0]?.reason === "expired" ? entries : undefined;
  });
  assert.deepEqual(
    entry?.changes.map(({ kind, pointer }) => [kind, pointer]),
    [["removed", "/blackboard/items/lunch"]],
  );
});
