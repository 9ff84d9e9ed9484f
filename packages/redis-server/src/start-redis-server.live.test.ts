import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { redisCommand } from "./redis-command.ts";
import type { RedisServerPlan } from "./redis-server-plan.ts";
import { startRedisServer } from "./start-redis-server.ts";
import { isAlive, localPlan, waitUntil } from "./wait-until.ts";

let plan: RedisServerPlan;
let dir: string;

before(async () => {
  plan = await localPlan();
  dir = await mkdtemp(join(tmpdir(), "entrain-start-test-"));
});
after(async () => {
  await rm(dir, { recursive: true, force: true });
});

test("a server keeps its data and port over a kill and a restart, and leaves no process", async () => {
  const server = await startRedisServer(plan, { dir: join(dir, "kill"), password: 'p"w' });
  const address = { port: server.port, password: 'p"w' };
  const firstPid = server.pid;
  assert.equal(server.url, `redis://:p%22w@127.0.0.1:${String(server.port)}`);
  await assert.rejects(redisCommand({ port: server.port }, ["PING"]), { message: /^NOAUTH/ });
  await redisCommand(address, ["SET", "k", "v"]);
  await server.kill();
  assert.deepEqual(await server.exited, { code: null, signal: "SIGKILL" });
  assert.equal(isAlive(firstPid), false);
  await server.restart();
  assert.equal(await redisCommand(address, ["GET", "k"]), "v");
  assert.notEqual(server.pid, firstPid);
  await server.stop();
  assert.deepEqual(await server.exited, { code: 0, signal: null });
  assert.equal(isAlive(server.pid), false);
  await server.stop();
});

test("a paused server answers nothing, a resumed one does, and a paused one can be stopped", async () => {
  await using server = await startRedisServer(plan, {
    dir: join(dir, "pause"),
    config: { "maxmemory-policy": "allkeys-lru" },
  });
  await server.pause();
  await assert.rejects(redisCommand({ port: server.port }, ["PING"], 60), { message: /no answer/ });
  await server.resume();
  const info = await redisCommand({ port: server.port }, ["INFO", "memory"]);
  assert.match(info, /maxmemory_policy:allkeys-lru/);
  await server.pause();
  await server.stop();
  assert.equal(isAlive(server.pid), false);
});

test("configuration and password are for the owner's eyes", async () => {
  await using server = await startRedisServer(plan, { dir: join(dir, "mode"), password: "secret" });
  assert.equal((await stat(join(dir, "mode", "redis.conf"))).mode & 0o077, 0);
  const commandLine = await readFile(`/proc/${String(server.pid)}/cmdline`, "utf8").catch(() => "");
  assert.doesNotMatch(commandLine, /secret/);
});

test("a port that is taken is an error that says so", async () => {
  await using server = await startRedisServer(plan, { dir: join(dir, "first") });
  await assert.rejects(startRedisServer(plan, { dir: join(dir, "second"), port: server.port }), {
    code: "start-failed",
    message: /another server|in use|ended at once/,
  });
  assert.equal(await redisCommand({ port: server.port }, ["PING"]), "PONG");
});

test("a server that cannot start says why", async () => {
  await assert.rejects(startRedisServer(plan, { dir: join(dir, "bad"), config: { "no-such-directive": "1" } }), {
    code: "start-failed",
    message: /no-such-directive/,
  });
  const missing = { kind: "binary", source: "path", command: join(dir, "nothing"), version: "7" } as const;
  await assert.rejects(startRedisServer(missing, { dir: join(dir, "none") }), { code: "start-failed" });
});

test("a start that its caller ends leaves nothing", async () => {
  const signal = AbortSignal.abort();
  await assert.rejects(startRedisServer(plan, { dir: join(dir, "aborted"), signal }), { code: "aborted" });
  const log = await readFile(join(dir, "aborted", "redis.log"), "utf8");
  const pid = Number(/pid=(\d+)/.exec(log)?.[1] ?? /^(\d+):/m.exec(log)?.[1] ?? 0);
  if (pid !== 0) await waitUntil("the process has gone", () => !isAlive(pid));
});
