import assert from "node:assert/strict";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { Registry } from "prom-client";
import { EntrainError } from "@entrain/kernel";
import { createMetrics } from "./metrics.ts";
import { createOpsServer, type OpsServerOptions } from "./ops-server.ts";

async function started(t: TestContext, given: Partial<OpsServerOptions> = {}) {
  const server = createOpsServer({
    listen: { host: "127.0.0.1", port: 0 },
    registry: new Registry(),
    ready: () => ({ ok: true }),
    name: "agent",
    ...given,
  });
  t.after(() => server.close());
  return { server, url: await server.listen() };
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

test("a port of 0 becomes a real one, and the process says it is healthy", async (t) => {
  const { server, url } = await started(t);
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(url, server.url);
  assert.equal(url, `http://127.0.0.1:${server.port}`);
  const response = await fetch(`${url}/healthz?verbose=1`);
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { status: "ok", name: "agent" });
});

test("readiness is 503 with its reason, then 200; a judgement that throws is a reason too", async (t) => {
  let ready: OpsServerOptions["ready"] = () => ({ ok: false, reason: "not joined yet" });
  const { url } = await started(t, { ready: () => ready() });
  const first = await fetch(`${url}/readyz`);
  assert.equal(first.status, 503);
  assert.deepEqual(await first.json(), { ready: false, name: "agent", reason: "not joined yet" });
  ready = () => ({ ok: true });
  const second = await fetch(`${url}/readyz`);
  assert.equal(second.status, 200);
  assert.deepEqual(await second.json(), { ready: true, name: "agent", reason: null });
  ready = () => {
    throw new Error("boom");
  };
  const third = await fetch(`${url}/readyz`);
  assert.equal(third.status, 503);
  assert.match(await third.text(), /cannot be judged: boom/);
  assert.equal((await fetch(`${url}/healthz`)).status, 200, "health does not depend on readiness");
});

test("metrics have the registry's content type and text", async (t) => {
  const registry = new Registry();
  createMetrics(registry).record({ kind: "store.changed", up: true, generation: 4 });
  const { url } = await started(t, { registry });
  const response = await fetch(`${url}/metrics`);
  assert.equal(response.headers.get("content-type"), registry.contentType);
  assert.match(await response.text(), /^entrain_store_generation 4$/m);
});

test("a metric that cannot be collected is a 500 problem, and the server goes on", async (t) => {
  const registry = new Registry();
  registry.metrics = () => Promise.reject(new Error("boom"));
  const { url } = await started(t, { registry });
  const response = await fetch(`${url}/metrics`);
  assert.equal(response.status, 500);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
});

test("HEAD answers the headers of GET without a body", async (t) => {
  const { url } = await started(t);
  const [get, head] = [await fetch(`${url}/healthz`), await fetch(`${url}/healthz`, { method: "HEAD" })];
  assert.equal(head.status, 200);
  assert.equal(head.headers.get("content-length"), get.headers.get("content-length"));
  assert.equal(await head.text(), "");
});

test("an unknown path is a 404 and another method a 405, both as problems", async (t) => {
  const { url } = await started(t);
  const unknown = await fetch(`${url}/admin`);
  assert.equal(unknown.status, 404);
  assert.equal(unknown.headers.get("content-type"), "application/problem+json");
  const { type, title, status } = (await unknown.json()) as Record<string, unknown>;
  assert.deepEqual({ type, title, status }, { type: "about:blank", title: "Not Found", status: 404 });
  const post = await fetch(`${url}/healthz`, { method: "POST", body: "x".repeat(100_000) });
  assert.equal(post.status, 405);
  assert.equal(post.headers.get("allow"), "GET, HEAD");
  assert.equal(post.headers.get("connection"), "close", "the body is not read");
});

test("oversized headers are refused and the connection ends", async (t) => {
  const { server } = await started(t);
  const answer = await raw(server.port, `GET /healthz HTTP/1.1\r\nHost: a\r\nX-Big: ${"x".repeat(20_000)}\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 431 /);
});

test("a client that never finishes its headers is cut off", { timeout: 15_000 }, async (t) => {
  const { server } = await started(t);
  assert.match(await raw(server.port, "GET /healthz HTTP/1.1\r\nHost: a\r\n"), /^HTTP\/1\.1 408 /);
});

test("a port in use is one sentence that names the variable", async (t) => {
  const other = createServer().listen(0, "127.0.0.1");
  t.after(() => other.close());
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as AddressInfo;
  const listen = { host: "127.0.0.1", port, hostField: "ENTRAIN_OPS_HOST", portField: "ENTRAIN_OPS_PORT" };
  await assert.rejects(started(t, { listen }), (thrown) => {
    assert.ok(thrown instanceof EntrainError);
    assert.equal(thrown.code, "invalid-config");
    assert.equal(thrown.field, "ENTRAIN_OPS_PORT");
    assert.equal(
      thrown.message,
      `ENTRAIN_OPS_PORT is ${port}: another program listens on 127.0.0.1:${port}; choose a free port, or 0 for any`,
    );
    return true;
  });
});

test("an address of another machine is an error that names the host", async (t) => {
  const listen = { host: "192.0.2.1", port: 0, hostField: "ENTRAIN_OPS_HOST" };
  await assert.rejects(started(t, { listen }), { code: "invalid-config", field: "ENTRAIN_OPS_HOST" });
});

test("an IPv6 address is written in brackets and a wildcard as loopback", async (t) => {
  assert.match((await started(t, { listen: { host: "::1", port: 0 } })).url, /^http:\/\/\[::1\]:\d+$/);
  const { url } = await started(t, { listen: { host: "0.0.0.0", port: 0 } });
  assert.match(url, /^http:\/\/127\.0\.0\.1:/);
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
});

test("a service that serves watches lists them; another has no such place", async (t) => {
  const watches = [{ watchId: 1, name: "prices", behindMs: 3 }];
  const { url } = await started(t, { watches: () => watches });
  assert.deepEqual(await (await fetch(`${url}/watches`)).json(), { watches });
  const other = await fetch(`${(await started(t)).url}/watches`);
  assert.equal(other.status, 404);
  assert.match(await other.text(), /there are \/healthz, \/readyz, \/metrics"/);
});

test("close ends idle connections at once and may be called again, also before listen", async (t) => {
  const { server, url } = await started(t);
  await (await fetch(`${url}/healthz`)).text();
  const startedAt = performance.now();
  await server.close();
  await server.close();
  assert.ok(performance.now() - startedAt < 900, "the kept-alive connection of fetch did not hold it up");
  await assert.rejects(fetch(`${url}/healthz`));
  const unopened = createOpsServer({
    listen: { host: "127.0.0.1", port: 0 },
    registry: new Registry(),
    ready: () => ({ ok: true }),
    name: "agent",
  });
  await unopened.close();
  assert.throws(() => unopened.url, { code: "internal" });
});

test("close does not wait for a client that hangs", async (t) => {
  const { server } = await started(t);
  const hanging = raw(server.port, "GET /healthz HTTP/1.1\r\n");
  await new Promise((resolve) => setImmediate(resolve));
  await server.close();
  await hanging.catch(() => undefined);
});
