/** What the agent service can do: real programs, a real HTTP server. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import { createSchemaChecker } from "@entrain/documents";
import { createChatClient } from "@entrain/reasoners";
import { modelAsker } from "./ask-model.ts";
import { countWords } from "./count-words.ts";
import { urlFetcher } from "./fetch-url.ts";
import { commandRunner } from "./run-command.ts";

const { signal } = new AbortController();

test("words are counted in any script, the most frequent first", () => {
  assert.deepEqual(countWords("Über uns: über 3 Dinge."), { über: 2, "3": 1, dinge: 1, uns: 1 });
});

test("an allowed program is run without a shell and without the service's environment", async (t) => {
  process.env["SECRET_OF_THE_SERVICE"] = "secret";
  t.after(() => delete process.env["SECRET_OF_THE_SERVICE"]);
  const run = commandRunner(["cat", "env", "false", "sleep", "yes"]);
  assert.deepEqual(await run({ command: "cat", stdin: "a; b" }, { signal }), {
    exitCode: 0,
    stdout: "a; b",
    stderr: "",
  });
  assert.doesNotMatch((await run({ command: "env" }, { signal })).stdout, /SECRET/);
  assert.equal((await run({ command: "false" }, { signal })).exitCode, 1);
  await assert.rejects(run({ command: "ls" }, { signal }), { code: "permission-denied", message: /ls is not allowed/ });
  await assert.rejects(run({ command: "cat; ls" }, { signal }), { code: "permission-denied" });
  await assert.rejects(run({ command: "yes" }, { signal }), { message: /more than 100000 characters/ });
  const ending = new AbortController();
  const sleeping = run({ command: "sleep", args: ["60"] }, { signal: ending.signal });
  ending.abort();
  await assert.rejects(sleeping, { name: "AbortError" });
});

async function serve(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === "/json") response.setHeader("content-type", "application/json").end('{"n":1}');
    else if (request.url === "/away") response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
    else if (request.url === "/large") response.end("x".repeat(300_000));
    else response.writeHead(503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("an allowed host is asked, redirections are not followed, and what may pass is tried again", async (t) => {
  const host = await serve(t);
  const ask = urlFetcher([host]);
  const get = (path: string) => ask({ url: `http://${host}${path}` }, { signal });
  assert.deepEqual(await get("/json"), { status: 200, contentType: "application/json", body: { n: 1 } });
  assert.equal((await get("/away")).status, 302);
  const made = (transform: string) => ask({ url: `http://${host}/json`, transform }, { signal });
  const transformed = await made("[result.body.n, result.status]");
  assert.deepEqual(transformed.body, [1, 200]);
  await assert.rejects(made("result."), { code: "invalid-argument", field: "transform" });
  await assert.rejects(made("result.body.m"), { code: "invalid-argument", message: /No such key: m/ });
  await assert.rejects(get("/broken"), { code: "unavailable", message: /answers 503/ });
  await assert.rejects(get("/large"), { code: "invalid-argument" });
  await assert.rejects(ask({ url: "http://127.0.0.1:1/" }, { signal }), { code: "permission-denied" });
  await assert.rejects(ask({ url: `file://${host}/` }, { signal }), { code: "permission-denied" });
});

/** A chat endpoint that says what it is told to, and remembers what it was asked. */
async function serveModel(t: TestContext, contents: readonly string[]) {
  const asked: { readonly authorization: string | undefined; readonly body: Record<string, unknown> }[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const content = contents[asked.length % contents.length];
      asked.push({ authorization: request.headers.authorization, body: body as Record<string, unknown> });
      response.end(JSON.stringify({ choices: [{ message: { content } }], usage: { total_tokens: 12 } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked };
}

test("a model is asked, and its answer held against the schema", async (t) => {
  const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
  const { baseUrl, asked } = await serveModel(t, ["four", '{"n":4}', '{"n":"four"}', "no JSON"]);
  let spent = 0;
  const consume = ({ tokens = 0 }: Readonly<Record<string, number>>): void => {
    spent += tokens;
  };
  const context = { signal, consume };
  const ask = modelAsker(createChatClient({ baseUrl, model: "m", apiKey: "key" }), createSchemaChecker());
  assert.deepEqual(await ask({ prompt: "2 + 2?", instructions: "Be short." }, context), {
    answer: "four",
    tokens: 12,
  });
  assert.deepEqual(await ask({ prompt: "2 + 2?", schema }, context), { answer: { n: 4 }, tokens: 12 });
  await assert.rejects(ask({ prompt: "2 + 2?", schema }, context), {
    code: "unavailable",
    message: /does not keep to the schema: .*answer\/n/,
  });
  await assert.rejects(ask({ prompt: "2 + 2?", schema }, context), { code: "unavailable", message: /no JSON/ });
  await assert.rejects(ask({ prompt: "?", schema: { type: "nonsense" } }, context), { code: "invalid-argument" });
  assert.equal(asked.length, 4, "a schema that is none asks nobody");
  assert.equal(spent, 4 * 12, "answers that cannot be used have cost their tokens too");
  const format = { type: "json_schema", json_schema: { name: "answer", schema, strict: true } };
  assert.deepEqual(
    asked.slice(0, 2).map(({ authorization, body }) => [authorization, body["response_format"]]),
    [
      ["Bearer key", undefined],
      ["Bearer key", format],
    ],
  );
  assert.deepEqual(asked[0]?.body["messages"], [
    { role: "system", content: "Be short." },
    { role: "user", content: "2 + 2?" },
  ]);
});
