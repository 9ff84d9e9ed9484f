import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi } from "../testing/api-under-test.ts";
import { accessOptions, createAccess } from "./access.ts";

const tokens = {
  operators: [{ name: "alice", secret: "operator-secret-1" }],
  viewers: [{ name: "wall-screen", secret: "viewer-secret-001" }],
} as const;
const bearing = (secret: string) => ({ authorization: `Bearer ${secret}` });
const goal = { kind: "sync", periodMs: 500 };
const reads = ["/api/v1/swarm", "/api/v1/agents", "/api/v1/context", "/api/v1/events", "/metrics"] as const;

test("without a known token nothing is answered but the page, the API's description and the probes", async (t) => {
  const { app, audit } = await createApi([], undefined, undefined, undefined, { ...tokens, anonymous: "none" });
  t.after(() => app.close());
  const nobody = [{}, bearing("operator-secret-2"), bearing(""), { authorization: "Basic YWxpY2U6eA==" }];
  for (const headers of [...nobody, bearing(`operator-secret-1${"x".repeat(9_000)}`)])
    for (const url of reads) {
      const answer = await app.inject({ url, headers });
      assert.deepEqual([answer.statusCode, answer.headers["www-authenticate"]], [401, 'Bearer realm="entrain"'], url);
      assert.equal(answer.json<{ status: number }>().status, 401);
    }
  const put = await app.inject({ method: "PUT", url: "/api/v1/rhythm/goal", body: goal });
  assert.equal(put.statusCode, 401);
  for (const url of ["/", "/healthz", "/readyz", "/api/openapi.json"])
    assert.notEqual((await app.inject({ url })).statusCode, 401, url);
  assert.deepEqual(audit, [], "what was not let in changed nothing");
});

test("a viewer looks and changes nothing; an operator does both", async (t) => {
  const { app, says } = await createApi([], undefined, undefined, undefined, { ...tokens, anonymous: "none" });
  t.after(() => app.close());
  const viewer = bearing("viewer-secret-001");
  const operator = bearing("operator-secret-1");
  for (const headers of [viewer, operator])
    for (const url of reads.filter((path) => !path.endsWith("events")))
      assert.equal((await app.inject({ url, headers })).statusCode, 200, url);
  const set = (headers: Record<string, string>) =>
    app.inject({ method: "PUT", url: "/api/v1/rhythm/goal", headers, body: goal });
  const refused = await set(viewer);
  assert.equal(refused.statusCode, 403);
  assert.match(refused.json<{ detail: string }>().detail, /^wall-screen may look, and change nothing/);
  assert.equal(says.goal, undefined);
  assert.equal((await set(operator)).statusCode, 200);
});

test("every route that changes something is an operator's", async (t) => {
  const { app } = await createApi([], undefined, undefined, undefined, { anonymous: "viewer" });
  t.after(() => app.close());
  const { paths } = (await app.inject("/api/openapi.json")).json<{ paths: Record<string, Record<string, object>> }>();
  const changes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => method !== "get" && method !== "head")
      .map((method) => [method, path] as const),
  );
  assert.ok(changes.length >= 10, String(changes.length));
  for (const [method, path] of changes) {
    const url = path.replaceAll(/\{[^}]+\}/g, "any");
    const answer = await app.inject({ method: method.toUpperCase() as "PUT", url });
    assert.equal(answer.statusCode, 403, `${method} ${path}`);
  }
});

test("each change is in the audit log with who made it, whatever came of it", async (t) => {
  const { app, audit } = await createApi([], undefined, undefined, undefined, { ...tokens, anonymous: "none" });
  t.after(() => app.close());
  const send = (body: object) =>
    app.inject({ method: "PUT", url: "/api/v1/rhythm/goal", headers: bearing("operator-secret-1"), body });
  await send(goal);
  await send({ kind: "sync", periodMs: -1 });
  await send({ kind: "x".repeat(2_000) });
  await app.inject({ url: "/api/v1/swarm", headers: bearing("operator-secret-1") });
  assert.deepEqual(
    audit.map(({ caller, role, address, method, path, status }) => [caller, role, address, method, path, status]),
    [200, 422, 422].map((status) => ["alice", "operator", "127.0.0.1", "PUT", "/api/v1/rhythm/goal", status]),
  );
  assert.equal(audit[0]?.change, JSON.stringify(goal));
  assert.equal(audit[2]?.change?.length, 1_000);
  assert.doesNotMatch(JSON.stringify(audit), /secret/);
});

test("a site that lets its own name lead here changes nothing without a token", async (t) => {
  const { app } = await createApi();
  t.after(() => app.close());
  const from = (host: string, headers: Record<string, string> = {}) =>
    app.inject({
      method: "PUT",
      url: "/api/v1/rhythm/goal",
      headers: { host, origin: `http://${host}`, ...headers },
      body: goal,
    });
  for (const host of ["127.0.0.1:8080", "[::1]:8080", "localhost:8080"])
    assert.equal((await from(host)).statusCode, 200);
  const rebound = await from("rebound.example.com:8080");
  assert.equal(rebound.statusCode, 403);
  assert.match(rebound.json<{ detail: string }>().detail, /only with a token/);
  const guarded = await createApi([], undefined, undefined, undefined, { ...tokens, anonymous: "none" });
  t.after(() => guarded.app.close());
  const own = await guarded.app.inject({
    method: "PUT",
    url: "/api/v1/rhythm/goal",
    headers: { host: "swarm.example.com", origin: "https://swarm.example.com", ...bearing("operator-secret-1") },
    body: goal,
  });
  assert.equal(own.statusCode, 200, "behind a proxy, with a token");
});

test("on loopback without tokens everybody is an operator; with tokens, or beyond, nobody is, unless so said", () => {
  const { operators } = tokens;
  const none = { httpOperators: undefined, httpViewers: undefined, httpAnonymous: undefined, insecure: false };
  const anonymousOf = (more: Partial<Parameters<typeof accessOptions>[0]>) =>
    accessOptions({ httpHost: "127.0.0.1", ...none, ...more }).anonymous;
  assert.equal(anonymousOf({}), "operator");
  assert.equal(anonymousOf({ httpOperators: operators }), "none");
  assert.equal(anonymousOf({ httpHost: "0.0.0.0" }), "none");
  assert.equal(anonymousOf({ httpHost: "0.0.0.0", insecure: true }), "operator");
  assert.equal(anonymousOf({ httpHost: "0.0.0.0", httpAnonymous: "viewer" }), "viewer");
  const access = createAccess({ operators, anonymous: "viewer" });
  assert.deepEqual(access(undefined), { name: undefined, role: "viewer" });
  assert.equal(access("Bearer wrong-but-brought"), "this token is not known here");
});
