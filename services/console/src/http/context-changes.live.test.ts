/** Changes of the shared document over HTTP, on a real Redis. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createRandom } from "@entrain/kernel";
import { defaultPolicy } from "@entrain/core/decision";
import { createDocumentRules } from "@entrain/documents";
import { compilePolicy } from "@entrain/reasoners";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { createContextDesk, createSystemClock, systemTimers } from "@entrain/runtime";
import { createApi } from "../testing/api-under-test.ts";

let redis: TestRedis;
before(async () => {
  redis = await acquireTestRedis();
});
after(() => redis.stop());

let swarms = 0;

async function openApi(t: { after: (fn: () => Promise<void>) => void }) {
  const clock = createSystemClock();
  const store: RedisStore = createRedisStore({
    redis: redis.url,
    swarmId: `context-${++swarms}`,
    clock,
    timers: systemTimers,
  });
  await store.connect();
  const rules = createDocumentRules({ compile: compilePolicy });
  const desk = createContextDesk({ store: store.context, rules, timers: systemTimers, random: createRandom(1) });
  const { app, feed } = await createApi([], desk);
  t.after(async () => {
    await app.close();
    await store.close();
  });
  const patch = (body: unknown, headers: Record<string, string> = {}, type = "merge-patch") =>
    app.inject({
      method: "PATCH",
      url: "/api/v1/context",
      headers: { "content-type": `application/${type}+json`, ...headers },
      body: JSON.stringify(body),
    });
  return { app, patch, feed };
}

test("a merge patch and a JSON Patch make one version each, with its ETag", async (t) => {
  const { app, patch } = await openApi(t);
  const first = await patch({ mine: { a: 1 }, other: [1] }, { "if-match": '"0"' });
  assert.deepEqual([first.statusCode, first.json(), first.headers.etag], [200, { version: 1 }, '"1"']);
  const second = await patch([{ op: "add", path: "/mine/b", value: 2 }], { "if-match": '"1"' }, "json-patch");
  assert.deepEqual(second.json(), { version: 2 });
  const read = await app.inject("/api/v1/context");
  assert.deepEqual(read.json(), { version: 2, document: { mine: { a: 1, b: 2 }, other: [1] } });
});

test("without If-Match a change is 428, with a stale one 412 with the present version; nothing is changed", async (t) => {
  const { app, patch } = await openApi(t);
  await patch({ n: 1 }, { "if-match": '"0"' });
  assert.equal((await patch({ n: 2 })).statusCode, 428);
  const stale = await patch({ n: 2 }, { "if-match": '"0"' });
  assert.deepEqual([stale.statusCode, stale.json<{ currentVersion: number }>().currentVersion], [412, 1]);
  assert.equal((await patch({ n: 2 }, { "if-match": "soon" })).statusCode, 422);
  assert.deepEqual((await app.inject("/api/v1/context")).json<{ version: number }>().version, 1);
  assert.deepEqual((await patch({ n: 3 }, { "if-match": "*" })).json(), { version: 2 });
});

test("what the document may not become is 422 with the pointer; a policy that does not parse also with line and column", async (t) => {
  const { app, patch } = await openApi(t);
  const refusal = async (body: unknown, type?: string) => {
    const response = await patch(body, { "if-match": '"0"' }, type);
    assert.equal(response.statusCode, 422, response.body);
    return response.json<{ pointer: string; line?: number; column?: number }>();
  };
  assert.equal(
    (await refusal({ blackboard: { items: { a: { kind: "wish", value: 1 } } } })).pointer,
    "/blackboard/items/a/kind",
  );
  assert.equal((await refusal([{ op: "remove", path: "/none" }], "json-patch")).pointer, "/none");
  const [first, ...rest] = defaultPolicy.rules;
  const policy = { decision: { ...defaultPolicy, rules: [{ ...first, when: "t.a >\n && 3" }, ...rest] } };
  const { pointer, line, column } = await refusal({ policy });
  assert.deepEqual([pointer, line, column], ["/policy/decision/rules/0/when", 2, 2]);
  assert.equal(
    (
      await refusal({ big: "x".repeat(60_000), deep: JSON.parse(`${"[".repeat(40)}${"]".repeat(40)}`) as unknown })
    ).pointer.startsWith("/deep"),
    true,
  );
  assert.deepEqual((await app.inject("/api/v1/context")).json(), { version: 0, document: {} });
});

test("a document over the limit and numbers that JSON cannot carry safely are 422, and nothing is changed", async (t) => {
  const { app, patch } = await openApi(t);
  const text = "x".repeat(60_000);
  for (let version = 0; version < 4; version++)
    assert.equal((await patch({ [`s${version}`]: text }, { "if-match": `"${version}"` })).statusCode, 200);
  const over = await patch({ s4: text }, { "if-match": '"4"' });
  assert.equal(over.statusCode, 422);
  assert.match(over.json<{ detail: string }>().detail, /characters of JSON": the document may have 262144/);
  const send = (body: string) =>
    app.inject({
      method: "PATCH",
      url: "/api/v1/context",
      headers: { "content-type": "application/merge-patch+json", "if-match": '"4"' },
      body,
    });
  for (const number of ["9007199254740993", "-9007199254740993", "1e999"]) {
    const refused = await send(`{"mine":{"n":[0,${number}]}}`);
    assert.deepEqual([refused.statusCode, refused.json<{ pointer: string }>().pointer], [422, "/mine/n/1"], number);
  }
  assert.equal((await app.inject("/api/v1/context")).json<{ version: number }>().version, 4);
});

test("the history tells who, when and why; a rollback is a new version; a compacted one is 410", async (t) => {
  const { app, patch } = await openApi(t);
  await patch({ n: 1 }, { "if-match": '"0"', "x-entrain-author": "ops", "x-entrain-reason": "first" });
  await patch({ n: 2, policy: { history: { versionsMax: 3 } } }, { "if-match": '"1"' });
  const rollback = (toVersion: unknown, version: number) =>
    app.inject({
      method: "POST",
      url: "/api/v1/context/rollback",
      headers: { "content-type": "application/json", "if-match": `"${version}"` },
      body: JSON.stringify({ toVersion }),
    });
  assert.deepEqual((await rollback(1, 2)).json(), { version: 3 });
  type History = {
    versions: { version: number; author: string; reason: string; at: number; patch: unknown }[];
    next?: string;
    compacted: string | null;
  };
  const page = (await app.inject("/api/v1/context/history?limit=2")).json<History>();
  assert.deepEqual(
    page.versions.map(({ version, patch: made }) => [version, made]),
    [
      [3, { toVersion: 1 }],
      [2, { n: 2, policy: { history: { versionsMax: 3 } } }],
    ],
  );
  assert.equal(page.compacted, null);
  const rest = (await app.inject(`/api/v1/context/history?limit=2&cursor=${page.next}`)).json<History>();
  const [oldest] = rest.versions;
  assert.deepEqual([rest.versions.length, oldest?.author, oldest?.reason, rest.next], [1, "ops", "first", undefined]);
  assert.ok(Math.abs((oldest?.at ?? 0) - Date.now()) < 60_000);
  assert.deepEqual((await app.inject("/api/v1/context")).json<{ document: unknown }>().document, { n: 1 });
  assert.equal((await rollback(9, 3)).statusCode, 404);
  assert.equal((await rollback("x", 3)).statusCode, 422);
  await patch({ policy: { history: { versionsMax: 1 } } }, { "if-match": '"3"' });
  const compacted = await rollback(1, 4);
  const refusal = compacted.json<{ oldestVersion: number; detail: string }>();
  assert.deepEqual([compacted.statusCode, refusal.oldestVersion], [410, 4]);
  assert.equal(
    refusal.detail,
    "version 1 is compacted, the oldest is 4: ask for version 4 or later, or read the whole document",
  );
  const { compacted: said } = (await app.inject("/api/v1/context/history")).json<History>();
  assert.match(said ?? "", /^what came before is compacted, the oldest is 4: \/policy\/history keeps \d+ versions/);
});

test("the same Idempotency-Key is one change; with another body it is 422", async (t) => {
  const { patch } = await openApi(t);
  const headers = { "if-match": '"0"', "idempotency-key": "k-1" };
  assert.deepEqual((await patch({ n: 1 }, headers)).json(), { version: 1 });
  assert.deepEqual((await patch({ n: 1 }, headers)).json(), { version: 1 });
  assert.equal((await patch({ n: 2 }, headers)).statusCode, 422);
});

test("while Redis is away changes are 503, and a patch's media type elsewhere is 415", async (t) => {
  const { app, patch, feed } = await openApi(t);
  const headers = { "content-type": "application/merge-patch+json" };
  const elsewhere = await app.inject({ method: "POST", url: "/api/v1/telemetry", headers, body: "{}" });
  assert.equal(elsewhere.statusCode, 415);
  feed({ kind: "store", status: { up: false, generation: 1 } });
  assert.equal((await patch({ n: 1 }, { "if-match": '"0"' })).statusCode, 503);
});
