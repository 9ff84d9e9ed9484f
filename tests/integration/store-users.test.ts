/**
 * A swarm of service processes, each with the store's user of its role as `entrain acl` writes it: everything works, and the
 * store has refused nothing. What a user may not do is in packages/redis/src/store-users.live.test.ts.
 */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { Redis } from "ioredis";
import { acquireTestRedis, type TestRedis } from "@entrain/redis-server/testing";
import { waitFor } from "@entrain/testkit/conformance";
import { runCommand } from "./run-command.ts";
import { startService } from "./service-process.ts";

const root = path.join(import.meta.dirname, "..", "..");
const swarm = "users";
const stack = new AsyncDisposableStack();
let redis: TestRedis;
let administrator: Redis;
let url: string;

before(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "entrain-users-"));
  stack.defer(() => rm(folder, { recursive: true }));
  redis = stack.use(await acquireTestRedis());
  administrator = new Redis(redis.url);
  stack.defer(() => administrator.disconnect());
  const cli = path.join(root, "services/cli/src/main.ts");
  const acl = ["acl", folder, "--swarm", swarm];
  const { code, stderr } = await runCommand(process.execPath, [cli, ...acl], { cwd: root, limitMs: 20_000 });
  assert.equal(code, 0, stderr);
  const rules = await readFile(path.join(folder, "redis/users.acl"), "utf8");
  for (const line of rules.trimEnd().split("\n"))
    await administrator.call("ACL", "SETUSER", ...line.split(" ").slice(1));

  const start = async (role: string, env: Readonly<Record<string, string>> = {}) => {
    const user = { ENTRAIN_REDIS_USERNAME: `entrain-${role}` };
    const password = { ENTRAIN_REDIS_PASSWORD_FILE: path.join(folder, role, "redis-password") };
    const shared = { ENTRAIN_SWARM: swarm, REDIS_URL: redis.url, ENTRAIN_PERIOD: "200ms", ENTRAIN_TELEMETRY: "none" };
    const service = stack.use(startService(role, { ...shared, ...user, ...password, ...env }));
    return { service, ready: await service.ready() };
  };
  const [loop] = await Promise.all([start("decision-loop"), start("coordinator")]);
  const ENTRAIN_DECISION_LOOP = String(loop.ready["grpcAddress"]);
  const [console] = await Promise.all([
    start("console", { ENTRAIN_HTTP_PORT: "0" }),
    ...["a-1", "a-2"].map((id) => start("agent", { ENTRAIN_AGENT_ID: id, ENTRAIN_DECISION_LOOP })),
  ]);
  url = String(console.service.log().find(({ msg }) => msg === "the console answers")?.["url"]);
});
after(() => stack.disposeAsync());

type Json = Readonly<Record<string, unknown>>;

async function call(method: string, where: string, body?: Json, headers: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(`${url}/api/v1/${where}`, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === "" ? {} : JSON.parse(text)) as Json };
}

test("agents, decision loop, coordinator and console do their work as users of the least rights", async () => {
  await waitFor("two agents in rhythm under a leader", async () => {
    const { body } = await call("GET", "swarm");
    return body["agents"] === 2 && (body["leader"] as { agentId: string | null }).agentId !== null;
  });
  const { body: decided } = await call("POST", "telemetry", { telemetry: { temperature: 85 }, incident: "first" });
  assert.deepEqual([decided["divergence"], decided["missing"]], [0, []]);
  for (const { source } of decided["decisions"] as { source: string }[]) assert.match(source, /^(committed|adopted)$/);
  assert.equal((await call("PUT", "rhythm/goal", { kind: "spread", periodMs: 300 })).status, 200);
  assert.equal((await call("PATCH", "context", { metadata: { note: "x" } }, { "if-match": "*" })).status, 200);
  assert.equal((await call("POST", "budgets", { budgetId: "pool", limits: { credits: 10 } })).status, 201);
  const slice = { requestId: "r-1", amounts: { credits: 1 } };
  const { status, body: granted } = await call("POST", "budgets/pool/allocations", slice);
  assert.equal(status, 201);
  assert.equal((await call("DELETE", `budgets/pool/allocations/${String(granted["allocationId"])}`)).status, 204);
  const session = await call("POST", "sessions", {
    goal: { description: "count words", criteria: [{ name: "some", condition: "result.size() > 0", required: true }] },
    pattern: { pattern: "parallel-merge", over: "=input", each: { capability: "text.words" }, merge: "sum" },
    input: ["the quick brown fox", "the lazy dog"],
  });
  assert.equal(session.status, 201, JSON.stringify(session.body));
  await waitFor("the session to converge", async () => {
    const { body } = await call("GET", `sessions/${String(session.body["sessionId"])}`);
    return body["state"] === "converged";
  });
  for (const list of [
    "agents",
    "decisions",
    "decision-audit",
    "context/history",
    "budgets",
    "budget-audit",
    "sessions",
    "schedules",
    "voters",
  ])
    assert.equal((await call("GET", list)).status, 200, list);
  assert.equal((await call("POST", "leader/resign")).status, 202);
  const refused = (await administrator.call("ACL", "LOG")) as unknown[];
  assert.deepEqual(refused, [], "the store has refused nothing");
});

test("a service with another role's user says what the store refuses", async () => {
  await administrator.call("ACL", "SETUSER", "stranger", "on", ">secret", "-@all", "+info", "+client|setname");
  await using service = startService("coordinator", {
    ENTRAIN_SWARM: swarm,
    REDIS_URL: redis.url,
    ENTRAIN_REDIS_USERNAME: "stranger",
    ENTRAIN_REDIS_PASSWORD: "secret",
  });
  assert.equal(await service.ended, 78);
  const [sentence = "", ...more] = service.sentences();
  assert.deepEqual(more, []);
  assert.match(sentence, /permission|NOPERM/i);
});
