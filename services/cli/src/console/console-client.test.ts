import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { createConsoleClient, type ConsoleClient } from "./console-client.ts";
import { agentView } from "./view-samples.ts";

async function clientOf(
  t: TestContext,
  answer: (path: string) => { readonly status: number; readonly body: string },
): Promise<ConsoleClient> {
  const server = createServer((request, response) => {
    const { status, body } = answer(request.url ?? "");
    response.writeHead(status).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return createConsoleClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

async function rejection(work: Promise<unknown>): Promise<EntrainError> {
  const thrown: unknown = await work.then(
    () => assert.fail("nothing was thrown"),
    (reason: unknown) => reason,
  );
  assert.ok(thrown instanceof EntrainError, String(thrown));
  return thrown;
}

test("agents are read page by page", async (t) => {
  const client = await clientOf(t, (path) => ({
    status: 200,
    body: JSON.stringify(
      path.includes("cursor=c%2F2") ? { agents: [agentView("b")] } : { agents: [agentView("a")], next: "c/2" },
    ),
  }));
  assert.deepEqual(
    (await client.agents()).map((agent) => agent.agentId),
    ["a", "b"],
  );
});

test("the token is brought with every call", async (t) => {
  const brought: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    brought.push(request.headers.authorization);
    response.writeHead(200).end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const client = createConsoleClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, "a-token");
  await client.swarm();
  await client.setGoal({ kind: "sync" });
  assert.deepEqual(brought, ["Bearer a-token", "Bearer a-token"]);
});

test("an answer of what was known last is told of, with what it says", async (t) => {
  const server = createServer((_request, response) => {
    response.writeHead(200).end(JSON.stringify({ sessions: [], ...(stale ? { stale } : {}) }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  let stale = false;
  let told = 0;
  const client = createConsoleClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, undefined, () => {
    told++;
  });
  await client.sessions(1);
  assert.equal(told, 0);
  stale = true;
  assert.deepEqual(await client.sessions(1), []);
  assert.equal(told, 1);
});

test("a refusal is passed on in the console's own words", async (t) => {
  const client = await clientOf(t, () => ({ status: 503, body: JSON.stringify({ title: "Redis is away" }) }));
  const error = await rejection(client.inject({ temperature: 85 }));
  assert.match(error.message, /refused \/api\/v1\/telemetry: 503 Redis is away/);
});

test("a console that is not there is named with the reason", async () => {
  const error = await rejection(createConsoleClient("http://127.0.0.1:1").swarm());
  assert.equal(error.code, "unavailable");
  assert.match(error.message, /the console at http:\/\/127.0.0.1:1 does not answer: connect ECONNREFUSED/);
});
