import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { LedgerEntry } from "@entrain/ports";
import { createApi } from "../testing/api-under-test.ts";
import {
  actOf,
  at,
  decisionOf,
  epochUnixMs,
  leaderOf,
  memberOf,
  observationOf,
  sampleOf,
  viewOf,
} from "../testing/facts.ts";
import type { SwarmInput } from "../swarm-model/swarm-model.ts";

const swarm: readonly SwarmInput[] = [
  { kind: "members", view: viewOf(1, memberOf("a"), memberOf("b"), memberOf("c", { state: "left" })) },
  { kind: "leader", leader: leaderOf("a", 7) },
  { kind: "observed", observation: observationOf(0, { phases: [sampleOf("a", 0.25)] }) },
  { kind: "context", context: { version: 3, document: { policy: { known: true } } } },
];

const entries: LedgerEntry[] = [5, 4, 3, 2, 1].map((number) => {
  const decision = decisionOf(`d${number}`, { committedAtMs: epochUnixMs + number });
  return { decision, acts: [actOf("a", decision)] };
});

type Answer = Readonly<Record<string, unknown>>;
type Page = { readonly next?: string } & Readonly<Record<string, Answer[]>>;

/** The schemas that the OpenAPI document gives for an answer of a route. */
async function validatorOf(
  app: Awaited<ReturnType<typeof createApi>>["app"],
  path: string,
  method: string,
  status: string,
) {
  const api = (await app.inject("/api/openapi.json")).json<{
    paths: Record<
      string,
      Record<string, { responses: Record<string, { content: Record<string, { schema: object }> }> }>
    >;
  }>();
  const content = api.paths[path]?.[method]?.responses[status]?.content;
  assert.ok(content !== undefined, `${method} ${path} ${status} is described`);
  const [schema] = Object.values(content);
  assert.ok(schema !== undefined);
  return new Ajv2020({ strict: false, allErrors: true }).compile(schema.schema);
}

test("the audit of decisions answers what was found, and not while the store is away", async (t) => {
  const { app, says, feed } = await createApi(swarm);
  t.after(() => app.close());
  says.entries = entries;
  const answer = await app.inject("/api/v1/decision-audit?limit=3");
  const { decisions, policyUnknown, faults } = answer.json<Answer & { faults: string[] }>();
  assert.deepEqual([answer.statusCode, decisions, policyUnknown], [200, 3, 3]);
  assert.equal(faults.length, 3, "the made-up decisions have no hash");
  assert.equal((await app.inject("/api/v1/decision-audit?limit=0")).statusCode, 422);
  feed({ kind: "store", status: { up: false, generation: 1 } });
  for (const path of ["decision-audit", "budget-audit", "sessions/s-1"]) {
    const away = await app.inject(`/api/v1/${path}`);
    assert.equal(away.statusCode, 503, path);
    assert.match(String(away.json<Answer>()["detail"]), /nothing can be read anew now/, path);
  }
});

test("the answers are those that the OpenAPI document describes, fresh and stale", async (t) => {
  const { app, says, feed } = await createApi(swarm);
  t.after(() => app.close());
  says.entries = entries;
  says.context = { version: 3, document: { policy: { known: true } } };
  says.stats = { count: 5, divergence: 1, safeAlone: 2 };
  feed({ kind: "ledger", entries, whole: true });
  for (const up of [true, false]) {
    feed({ kind: "store", status: { up, generation: 1 } });
    for (const path of ["swarm", "agents", "rhythm", "leader", "decisions", "context", "schedules", "voters"].map(
      (name) => `/api/v1/${name}`,
    )) {
      const response = await app.inject(path);
      assert.equal(response.statusCode, 200, path);
      const validate = await validatorOf(app, path, "get", "200");
      const body = response.json<Answer>();
      assert.equal(validate(body), true, `${path}: ${JSON.stringify(validate.errors)} in ${response.body}`);
      assert.equal(body["stale"], up ? undefined : true, path);
    }
  }
});

test("the swarm at a glance has the figures of the ledger as they are now", async (t) => {
  const { app, says } = await createApi(swarm);
  t.after(() => app.close());
  says.stats = { count: 5, divergence: 0, safeAlone: 2 };
  const body = (await app.inject("/api/v1/swarm")).json<Answer>();
  assert.equal(body["swarmId"], "orders");
  assert.equal(body["agents"], 2);
  assert.deepEqual(body["leader"], { agentId: "a", term: 7, leaseUntil: epochUnixMs + 2_000 });
  assert.deepEqual(body["context"], { version: 3 });
  assert.deepEqual(body["store"], { up: true, generation: 1 });
  assert.deepEqual(body["decisions"], {
    count: 5,
    divergence: 0,
    safeAlone: 2,
    cacheHitRate: null,
    fallbackRate: null,
    latencyMs: { p50: null, p95: null, p99: null },
  });
});

test("a read that fails is answered from the last known state, marked stale", async (t) => {
  const { app, says, feed } = await createApi(swarm);
  t.after(() => app.close());
  feed({ kind: "ledger", entries, whole: true });
  says.failing = true;
  for (const path of ["/api/v1/swarm", "/api/v1/decisions", "/api/v1/context"]) {
    const response = await app.inject(path);
    assert.equal(response.statusCode, 200, path);
    assert.equal(response.json<Answer>()["stale"], true, path);
  }
});

test("lists are paged: every entry once, in order, the last page without next", async (t) => {
  const { app, says } = await createApi([
    { kind: "members", view: viewOf(1, ...Array.from({ length: 7 }, (_, index) => memberOf(`a${index}`))) },
  ]);
  t.after(() => app.close());
  says.entries = entries;
  const pages = async (path: string, list: string, id: string) => {
    const ids: unknown[] = [];
    let cursor = "";
    do {
      const body = (await app.inject(`${path}?limit=3${cursor}`)).json<Page>();
      ids.push(...(body[list] ?? []).map((entry) => entry[id]));
      cursor = body.next === undefined ? "" : `&cursor=${body.next}`;
    } while (cursor !== "");
    return ids;
  };
  assert.deepEqual(await pages("/api/v1/agents", "agents", "agentId"), ["a0", "a1", "a2", "a3", "a4", "a5", "a6"]);
  assert.deepEqual(await pages("/api/v1/decisions", "decisions", "decisionId"), ["d5", "d4", "d3", "d2", "d1"]);
});

test("paging goes on from the console's memory when Redis goes away between two pages", async (t) => {
  const { app, says, feed } = await createApi();
  t.after(() => app.close());
  says.entries = entries;
  feed({ kind: "ledger", entries, whole: true });
  const first = (await app.inject("/api/v1/decisions?limit=2")).json<{ next: string }>();
  feed({ kind: "store", status: { up: false, generation: 1 } });
  const second = (await app.inject(`/api/v1/decisions?limit=2&cursor=${first.next}`)).json<{
    decisions: { decisionId: string }[];
    stale: boolean;
  }>();
  assert.deepEqual(
    second.decisions.map(({ decisionId }) => decisionId),
    ["d3", "d2"],
  );
  assert.equal(second.stale, true);
});

test("a wrong limit, cursor or parameter is 422 and names it", async (t) => {
  const { app } = await createApi(swarm);
  t.after(() => app.close());
  for (const [query, pointer] of [
    ["limit=0", "/limit"],
    ["limit=1001", "/limit"],
    ["limit=two", "/limit"],
    ["limit=1&limit=2", "/limit"],
    ["cursor=%00", "/cursor"],
    ["cursor=W10", "/cursor"],
    ["limt=5", "/limt"],
  ] as const) {
    const response = await app.inject(`/api/v1/agents?${query}`);
    assert.equal(response.statusCode, 422, query);
    assert.equal(response.headers["content-type"], "application/problem+json; charset=utf-8");
    assert.equal(response.json<Answer>()["pointer"], pointer, query);
  }
  assert.equal((await app.inject("/api/v1/agents?limit=1000")).statusCode, 200);
});

test("the context has its version as ETag, and 304 where the caller has it", async (t) => {
  const { app, says } = await createApi();
  t.after(() => app.close());
  const before = await app.inject("/api/v1/context");
  assert.deepEqual(before.json(), { version: 0, document: {} });
  assert.equal(says.context, undefined, "reading writes nothing");
  says.context = { version: 12, document: { metadata: { note: "x" } } };
  const response = await app.inject("/api/v1/context");
  assert.deepEqual(response.json(), { version: 12, document: { metadata: { note: "x" } } });
  assert.equal(response.headers.etag, '"12"');
  for (const header of ['"12"', 'W/"12"', '"11", "12"', "*"]) {
    const same = await app.inject({ url: "/api/v1/context", headers: { "if-none-match": header } });
    assert.deepEqual([same.statusCode, same.body], [304, ""], header);
  }
  const other = await app.inject({ url: "/api/v1/context", headers: { "if-none-match": '"11"' } });
  assert.equal(other.statusCode, 200);
});

test("a context, and voters, that were never read are 503 while Redis is away", async (t) => {
  const { app, says, feed } = await createApi();
  t.after(() => app.close());
  says.failing = true;
  feed({ kind: "store", status: { up: false, generation: 1 } });
  for (const path of ["context", "voters"]) {
    const response = await app.inject(`/api/v1/${path}`);
    assert.equal(response.statusCode, 503, path);
    assert.equal(response.headers["retry-after"], "1");
  }
});

test("health never depends on Redis; readiness says why not", async (t) => {
  const { app, feed, time } = await createApi();
  t.after(() => app.close());
  feed({ kind: "store", status: { up: false, generation: 1 } });
  time.ready = false;
  assert.deepEqual((await app.inject("/healthz")).json(), { status: "ok", name: "console" });
  const notYet = await app.inject("/readyz");
  assert.equal(notYet.statusCode, 503);
  assert.deepEqual(notYet.json(), { ready: false, name: "console", reason: "the console has not yet seen the swarm" });
  time.ready = true;
  const ready = await app.inject("/readyz");
  assert.deepEqual([ready.statusCode, ready.json()], [200, { ready: true, name: "console", reason: null }]);
  const metrics = await app.inject("/metrics");
  assert.deepEqual([metrics.statusCode, metrics.body], [200, "# none\n"]);
});

test("resigning asks the leader's process, and says who gave up which term", async (t) => {
  const { app, says, processes, feed } = await createApi(swarm);
  t.after(() => app.close());
  const resign = () => app.inject({ method: "POST", url: "/api/v1/leader/resign" });
  assert.equal((await resign()).statusCode, 409, "nobody leads");
  says.leader = leaderOf("a", 9);
  assert.equal((await resign()).statusCode, 503, "its process cannot be reached");
  const asked: string[] = [];
  let leads = true;
  processes.set("p-a", {
    resign: (agentId) => {
      asked.push(agentId);
      return Promise.resolve(leads);
    },
  });
  const response = await resign();
  assert.deepEqual([response.statusCode, response.json()], [202, { agentId: "a", term: 9 }]);
  assert.deepEqual(asked, ["a"]);
  leads = false;
  assert.equal((await resign()).statusCode, 409);
  feed({ kind: "store", status: { up: false, generation: 1 } });
  const away = await resign();
  assert.deepEqual([away.statusCode, away.json<Answer>()["code"]], [503, "store-unavailable"]);
});

test("agents page by their id while they come and go", async (t) => {
  const { app, feed } = await createApi(swarm);
  t.after(() => app.close());
  const first = (await app.inject("/api/v1/agents?limit=1")).json<{ next: string }>();
  feed({ kind: "member", delta: { version: 2, member: memberOf("a", { state: "dead", changedAtMs: at(1).unixMs }) } });
  feed({ kind: "member", delta: { version: 3, member: memberOf("aa") } });
  const rest = (await app.inject(`/api/v1/agents?cursor=${first.next}`)).json<{ agents: { agentId: string }[] }>();
  assert.deepEqual(
    rest.agents.map(({ agentId }) => agentId),
    ["aa", "b", "c"],
  );
});
