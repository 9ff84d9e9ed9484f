import assert from "node:assert/strict";
import { connect, type AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { test, type TestContext } from "node:test";
import { createApi } from "../testing/api-under-test.ts";

const json = { "content-type": "application/json" };

async function apiOf(t: TestContext) {
  const api = await createApi();
  t.after(() => api.app.close());
  return api;
}

async function portOf({ app }: Awaited<ReturnType<typeof createApi>>): Promise<number> {
  await app.listen({ host: "127.0.0.1", port: 0 });
  return (app.server.address() as AddressInfo).port;
}

/** What the server sends back to raw bytes until it ends the connection. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    socket.on("error", reject).on("close", () => {
      resolve(text);
    });
  });
}

test("every refusal is a problem document with the status it says", async (t) => {
  const { app } = await apiOf(t);
  const url = "/api/v1/telemetry";
  const packed = { ...json, "content-encoding": "gzip" };
  const cases = [
    [{ method: "GET", url: "/api/v1/nothing" }, 404],
    [{ method: "POST", url: "/api/v1/nothing", payload: "{", headers: json }, 404],
    [{ method: "PUT", url: "/api/v1/rhythm/goal", payload: {} }, 422],
    [{ method: "GET", url: "/api/v1/swarm/" }, 404],
    [{ method: "DELETE", url: "/api/v1/swarm" }, 405],
    [{ method: "POST", url: "/healthz", payload: "x", headers: { "content-type": "text/plain" } }, 405],
    [{ method: "OPTIONS", url }, 405],
    [{ method: "HEAD", url: "/api/v1/events" }, 405],
    [{ method: "POST", url, payload: "{", headers: json }, 400],
    [{ method: "POST", url, payload: "", headers: json }, 400],
    [{ method: "POST", url, payload: '{"telemetry":{"__proto__":1}}', headers: json }, 400],
    [{ method: "POST", url, payload: "t=1", headers: { "content-type": "application/x-www-form-urlencoded" } }, 415],
    [{ method: "POST", url, payload: "{}", headers: { "content-type": "text/plain" } }, 415],
    [{ method: "POST", url, payload: `{"telemetry":{"t":"${"x".repeat(65_536)}"}}`, headers: json }, 413],
    // Nothing is unpacked: what is small here cannot become large.
    [{ method: "POST", url, payload: gzipSync(Buffer.alloc(1 << 20)), headers: packed }, 415],
    [{ method: "POST", url }, 422],
    [{ method: "GET", url: "/api/v1/%zz" }, 400],
    [{ method: "GET", url: "/api/v1/events?types=beat,tea" }, 422],
  ] as const;
  for (const [request, status] of cases) {
    const response = await app.inject(request);
    const shown = JSON.stringify(request).slice(0, 100);
    assert.equal(response.statusCode, status, shown);
    assert.match(String(response.headers["content-type"]), /^application\/problem\+json/, shown);
    if (request.method === "HEAD") continue;
    const body = response.json<{ type: string; status: number; title: string; detail: string }>();
    assert.deepEqual([body.type, body.status], ["about:blank", status], shown);
    assert.ok(body.title !== "" && body.detail !== "", shown);
  }
});

test("405 says which methods there are", async (t) => {
  const { app } = await apiOf(t);
  assert.equal((await app.inject({ method: "POST", url: "/api/v1/swarm" })).headers.allow, "GET, HEAD");
  assert.equal((await app.inject({ method: "GET", url: "/api/v1/leader/resign" })).headers.allow, "POST");
});

test("an action without fields needs no body, with the media type or without", async (t) => {
  const { app } = await apiOf(t);
  for (const headers of [{}, json])
    assert.equal((await app.inject({ method: "POST", url: "/api/v1/leader/resign", headers })).statusCode, 409);
});

test("a page of another site cannot change the swarm; the console's own and programs can", async (t) => {
  const { app } = await apiOf(t);
  const resign = async (headers: Record<string, string>) =>
    (await app.inject({ method: "POST", url: "/api/v1/leader/resign", headers })).statusCode;
  assert.equal(await resign({ host: "localhost:8080", origin: "http://evil.example" }), 403);
  assert.equal(await resign({ host: "localhost:8080", origin: "null" }), 403);
  assert.equal(await resign({ host: "localhost:8080", origin: "http://localhost:8080" }), 409);
  assert.equal(await resign({ host: "localhost:8080" }), 409);
});

test("no answer may be cached, framed, sniffed or read by another site", async (t) => {
  const { app } = await apiOf(t);
  for (const url of ["/api/v1/swarm", "/api/v1/nothing", "/healthz"]) {
    const { headers } = await app.inject({ url, headers: { origin: "http://evil.example" } });
    assert.equal(headers["x-content-type-options"], "nosniff", url);
    assert.equal(headers["cache-control"], "no-store", url);
    assert.match(String(headers["content-security-policy"]), /frame-ancestors 'none'/, url);
    assert.equal(headers["access-control-allow-origin"], undefined, url);
  }
});

test("what is no HTTP is answered as a problem, and the connection ends", async (t) => {
  const api = await apiOf(t);
  const port = await portOf(api);
  assert.match(await raw(port, "tea please\r\n\r\n"), /^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*"status":400/);
  const big = `GET /healthz HTTP/1.1\r\nHost: a\r\nX-Big: ${"x".repeat(20_000)}\r\n\r\n`;
  assert.match(await raw(port, big), /^HTTP\/1\.1 431 [^]*"status":431/);
});

test("two hundred requests at once are all answered", async (t) => {
  const api = await apiOf(t);
  const port = await portOf(api);
  const answers = await Promise.all(
    Array.from({ length: 200 }, async () => (await fetch(`http://127.0.0.1:${port}/api/v1/swarm`)).status),
  );
  assert.deepEqual(new Set(answers), new Set([200]));
});

test("every answered request is reported once, by its pattern; a defect tells the caller nothing", async (t) => {
  const { app, says, events } = await apiOf(t);
  await app.inject("/api/v1/swarm");
  await app.inject("/api/v1/some/where");
  says.stats = undefined as never;
  says.context = { version: 1, document: { self: 1n } } as never;
  const defect = await app.inject("/api/v1/context");
  assert.equal(defect.statusCode, 500);
  assert.doesNotMatch(defect.body, /BigInt/);
  assert.deepEqual(
    events.map((event) => (event.kind === "http.answered" ? `${event.route} ${event.status}` : event.kind)),
    ["/api/v1/swarm 200", "unknown 404", "http.failed", "/api/v1/context 500"],
  );
});

test("the OpenAPI document describes every route of the contract", async (t) => {
  const { app } = await apiOf(t);
  const api = (await app.inject("/api/openapi.json")).json<{ openapi: string; paths: Record<string, object> }>();
  assert.equal(api.openapi, "3.1.0");
  const routes = Object.entries(api.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  assert.deepEqual(routes.sort(), [
    "delete /api/v1/budgets/{id}",
    "delete /api/v1/budgets/{id}/allocations/{allocationId}",
    "delete /api/v1/sessions/{id}",
    "delete /api/v1/voters/{agentId}",
    "get /api/v1/agents",
    "get /api/v1/budget-audit",
    "get /api/v1/budgets",
    "get /api/v1/context",
    "get /api/v1/context/history",
    "get /api/v1/decisions",
    "get /api/v1/events",
    "get /api/v1/leader",
    "get /api/v1/rhythm",
    "get /api/v1/schedules",
    "get /api/v1/sessions",
    "get /api/v1/sessions/{id}",
    "get /api/v1/swarm",
    "get /api/v1/voters",
    "get /healthz",
    "get /metrics",
    "get /readyz",
    "patch /api/v1/budgets/{id}/allocations/{allocationId}",
    "patch /api/v1/context",
    "post /api/v1/budgets",
    "post /api/v1/budgets/{id}/allocations",
    "post /api/v1/budgets/{id}/transfers",
    "post /api/v1/context/rollback",
    "post /api/v1/leader/resign",
    "post /api/v1/sessions",
    "post /api/v1/telemetry",
    "put /api/v1/rhythm/goal",
  ]);
});
