/** A console that asks for tokens: by HTTP, on the page, from the command line, and in its audit log. Its store is away. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { runCommand } from "../integration/run-command.ts";
import { startService, type ServiceProcess } from "../integration/service-process.ts";
import { startBrowser, withoutBrowser } from "./browser.ts";
import { until } from "./until.ts";

const operator = "0123456789abcdef-operator";
const viewer = "0123456789abcdef-viewer";
let folder: string;
let service: ServiceProcess;
let url: string;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "entrain-tokens-"));
  const operators = path.join(folder, "operators");
  await writeFile(operators, `alice:${operator}\n`, { mode: 0o600 });
  service = startService("console", {
    REDIS_URL: "redis://127.0.0.1:1",
    ENTRAIN_HTTP_PORT: "0",
    ENTRAIN_HTTP_OPERATORS_FILE: operators,
    ENTRAIN_HTTP_VIEWERS: `wall:${viewer}`,
    ENTRAIN_LOG_LEVEL: "info",
  });
  await service.ready();
  url = String(service.log().find(({ msg }) => msg === "the console answers")?.["url"]);
});
after(async () => {
  await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const resign = (token?: string) =>
  fetch(`${url}/api/v1/leader/resign`, {
    method: "POST",
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });

test("who brings no token is refused, a viewer changes nothing, and what an operator does is in the audit log", async () => {
  const answers = await Promise.all([resign(), resign("no-token-of-this-console"), resign(viewer), resign(operator)]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [401, 401, 403, 503],
    "the store is away, which only the operator gets to hear",
  );
  const changes = () => service.log().filter(({ log }) => log === "audit");
  await until("the change is in the log", () => Promise.resolve(changes().length > 0));
  const [{ caller, role, method, path: where, status } = {}, ...more] = changes();
  assert.deepEqual([caller, role, method, where, status], ["alice", "operator", "POST", "/api/v1/leader/resign", 503]);
  assert.deepEqual(more, []);
  const written = JSON.stringify(service.log());
  for (const secret of [operator, viewer]) assert.ok(!written.includes(secret), "no token is in the log");
});

test("commands bring the token of ENTRAIN_TOKEN", async () => {
  const status = (token: string) =>
    runCommand(process.execPath, ["services/cli/src/main.ts", "status", "--json", "--url", url], {
      cwd: path.join(import.meta.dirname, "../.."),
      limitMs: 20_000,
      env: { ENTRAIN_TOKEN: token },
    });
  const seen = await status(viewer);
  assert.equal(seen.code, 0, seen.stderr);
  assert.equal((JSON.parse(seen.stdout) as { kind: string }).kind, "status");
  const refused = await status("no-token-of-this-console");
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /401 Unauthorized: this token is not known here/);
});

test("the page asks for the token, and shows a viewer why a change is refused", { skip: withoutBrowser }, async (t) => {
  const browser = await startBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(url);
  await giveToken(page, "no-token-of-this-console");
  await giveToken(page, viewer);
  await page.locator(".connection.live").waitFor();
  await page.getByRole("button", { name: "Set the goal" }).click();
  await page.getByRole("button", { name: "Do it" }).click();
  await page.getByText("wall may look, and change nothing").waitFor();
});

async function giveToken(page: Page, token: string): Promise<void> {
  await page.getByText("a token is needed").waitFor();
  await page.getByLabel("Token").fill(token);
  await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "Use it" }).click()]);
}
