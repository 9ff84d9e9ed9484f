import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import Fastify from "fastify";
import { problemOf, sendProblem } from "../problem.ts";
import { addPageRoutes } from "./page-routes.ts";

async function serverOf(t: TestContext, files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(path.join(tmpdir(), "entrain-page-"));
  mkdirSync(path.join(root, "assets"));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(root, name), text);
  const app = Fastify();
  app.setErrorHandler((thrown, _request, reply) => sendProblem(reply, problemOf(thrown)));
  await addPageRoutes(app, root);
  t.after(async () => {
    await app.close();
    rmSync(root, { recursive: true, force: true });
  });
  return app;
}

test("the page may run its own scripts alone, and only what is named by its content is kept", async (t) => {
  const app = await serverOf(t, { "index.html": "<p>page</p>", "assets/index-AbCd1234.js": "1" });
  const page = await app.inject("/");
  assert.deepEqual([page.statusCode, page.body], [200, "<p>page</p>"]);
  assert.match(String(page.headers["content-type"]), /^text\/html/);
  assert.match(String(page.headers["content-security-policy"]), /default-src 'none'; script-src 'self'/);
  assert.equal(page.headers["cache-control"], "no-cache");
  const script = await app.inject("/assets/index-AbCd1234.js");
  assert.match(String(script.headers["cache-control"]), /immutable/);
});

test("nothing but the page's files is served", async (t) => {
  const app = await serverOf(t, { "index.html": "<p>page</p>" });
  for (const url of ["/nothing.js", "/..%2f..%2fetc%2fpasswd", "/assets/", "/assets/../../package.json"])
    assert.equal((await app.inject(url)).statusCode, 404, url);
});

test("where the page was not built, the answer says how to build it", async (t) => {
  const answer = await (await serverOf(t, {})).inject("/");
  assert.equal(answer.statusCode, 503);
  assert.match(answer.json<{ detail: string }>().detail, /npm run setup/);
});
