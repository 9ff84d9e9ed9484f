/** Sessions through the API, over a real store, with a worker and a driver beside it. */
import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { createRandom } from "@entrain/kernel";
import { patterns } from "@entrain/core/session";
import { createSessionExpressions } from "@entrain/reasoners";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import {
  createBudgetDesk,
  createCapabilityWorker,
  createSessionDesk,
  createSessionDriver,
  createSystemClock,
  systemTimers,
  type TaskHandler,
} from "@entrain/runtime";
import { waitFor } from "@entrain/testkit/conformance";
import { openStoreLab, type StoreLab } from "@entrain/testkit/store-lab";
import type { SessionDetail, SessionView } from "../contract/session-view.ts";
import { createApi } from "../testing/api-under-test.ts";

let lab: StoreLab<RedisStore>;
before(async () => {
  lab = await openStoreLab(createRedisStore);
});
after(() => lab[Symbol.asyncDispose]());

const byName = new Map(patterns.map((pattern) => [pattern.name, pattern]));

/** An API, and an agent that doubles numbers and drives sessions. */
async function openApi(t: TestContext) {
  const swarm = lab.swarm();
  const store = await swarm.client();
  const expressions = createSessionExpressions();
  let made = 0;
  const desk = createSessionDesk({
    sessions: store.sessions,
    tasks: store.tasks,
    timers: systemTimers,
    patterns: byName,
    checkExpression: expressions.check,
    nextSessionId: () => `s-${++made}`,
  });
  const around = {
    store: store.tasks,
    clock: createSystemClock(),
    timers: systemTimers,
    random: createRandom("worker"),
    events: () => undefined,
    agentId: "a",
    isLeader: () => false,
  };
  const check = (): void => undefined;
  const handler: TaskHandler = (input, { consume }) => {
    consume({ credits: Number(input) });
    return Number(input) * 2;
  };
  const worker = createCapabilityWorker(around, {
    name: "double",
    concurrency: 4,
    checkInput: check,
    checkResult: check,
    handler,
  });
  const random = createRandom("budget");
  const budget = createBudgetDesk({ ...around, store: store.budgets, random, holder: "a", nextRequestId: () => "r" });
  const { sessions, tasks, context } = store;
  const { evaluate } = expressions;
  const driver = createSessionDriver({ ...around, sessions, tasks, context, budget, evaluate, patterns: byName });
  const { app, feed } = await createApi([], undefined, undefined, desk);
  t.after(async () => {
    await Promise.all([worker.stop(0), driver.stop(0), app.close()]);
    await swarm[Symbol.asyncDispose]();
  });
  const call = async (method: "GET" | "POST" | "DELETE", path: string, body?: unknown) => {
    const json =
      body === undefined ? {} : { payload: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const answer = await app.inject({ method, url: `/api/v1/${path}`, ...json });
    const seen: unknown = answer.body === "" ? {} : JSON.parse(answer.body);
    return { status: answer.statusCode, body: seen as Readonly<Record<string, unknown>> };
  };
  worker.start();
  await waitFor("the capability is known", async () => "double" in (await tasks.figures(0)).capabilities);
  return { call, driver, feed, budget };
}

test("a session is made, driven, read with its steps, and listed", async (t) => {
  const { call, driver, budget } = await openApi(t);
  driver.start();
  await budget.create({ budgetId: "pool", limits: { credits: 100 } });
  const pattern = { pattern: "pipeline", stages: [{ capability: "double" }, { capability: "double" }] };
  const goal = { description: "four times", criteria: [{ name: "large", condition: "result > 10.0" }] };
  const made = await call("POST", "sessions", {
    ...{ sessionId: "mine", pattern, input: 3, goal },
    budget: { budgetId: "pool", amounts: { credits: 10 } },
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const detail = await waitFor("it has converged", async () => {
    const { body } = await call("GET", "sessions/mine");
    return body["state"] === "converged" ? (body as SessionDetail) : undefined;
  });
  assert.deepEqual([detail.result, detail.score, detail.parts.map(({ met }) => met)], [12, 100, [true]]);
  assert.deepEqual(
    detail.steps.map(({ path, state, agentId, consumed }) => [path, state, agentId, consumed]),
    [
      ["1/0", "done", "a", { credits: 3 }],
      ["1/1", "done", "a", { credits: 6 }],
    ],
  );
  const held = { state: "over", held: { credits: 10 }, consumed: { credits: 9 } };
  assert.deepEqual(detail.budget, { budgetId: "pool", exhausted: "fail", ...held });
  const { body } = await call("GET", "sessions?limit=1");
  const [listed] = body["sessions"] as readonly SessionView[];
  assert.deepEqual([listed?.sessionId, listed?.state, listed?.description], ["mine", "converged", "four times"]);
});

test("a session that nobody drives yet is cancelled once, and again, and unknown ones are not found", async (t) => {
  const { call } = await openApi(t);
  assert.equal((await call("POST", "sessions", { sessionId: "mine", pattern: { capability: "double" } })).status, 201);
  assert.equal((await call("DELETE", "sessions/mine")).status, 204);
  assert.equal((await call("GET", "sessions/mine")).body["cancelling"], true);
  assert.equal((await call("DELETE", "sessions/mine")).status, 204);
  assert.equal((await call("DELETE", "sessions/none")).status, 404);
  assert.equal((await call("GET", "sessions/none")).status, 404);
});

test("what is wrong is refused with a pointer into the body, and nothing is made", async (t) => {
  const { call, feed } = await openApi(t);
  const step = { capability: "double" };
  const cases: readonly (readonly [object, string])[] = [
    [{ pattern: { pattern: "pipeline", stages: [{ ...step, input: "=input +" }] } }, "/pattern/stages/0/input"],
    [{ pattern: { capability: "duoble" } }, "/pattern/capability"],
    [{ pattern: step, goal: { criteria: [{ name: "a", condition: "result >" }] } }, "/goal/criteria/0/condition"],
    [{ pattern: step, timeoutMs: 1 }, "/timeoutMs"],
    [{ pattern: step, sessionId: "a b" }, "/sessionId"],
    [{}, "/pattern"],
    [{ pattern: step, what: 1 }, "/what"],
  ];
  for (const [body, pointer] of cases) {
    const answer = await call("POST", "sessions", body);
    assert.deepEqual([answer.status, answer.body["pointer"]], [422, pointer], JSON.stringify(answer.body));
  }
  assert.deepEqual((await call("GET", "sessions")).body["sessions"], []);
  const first = await call("POST", "sessions", { sessionId: "mine", pattern: step });
  assert.equal(first.status, 201);
  assert.equal((await call("POST", "sessions", { sessionId: "mine", pattern: step })).status, 201);
  assert.equal((await call("POST", "sessions", { sessionId: "mine", pattern: step, input: 1 })).status, 409);
  feed({ kind: "store", status: { up: false, generation: 1 } });
  assert.equal((await call("POST", "sessions", { pattern: step })).status, 503);
  assert.equal((await call("GET", "sessions")).body["stale"], true);
});
