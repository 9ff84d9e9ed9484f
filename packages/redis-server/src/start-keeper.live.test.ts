import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { redisCommand } from "./redis-command.ts";
import { startKeeper } from "./start-keeper.ts";
import type { RedisKeeper, StartKeeperOptions } from "./start-keeper.ts";
import { isAlive, waitUntil } from "./wait-until.ts";

let root: string;
const find = { sources: ["path", "package"] } as const;

before(async () => {
  root = await mkdtemp(join(tmpdir(), "entrain-keeper-test-"));
});
after(async () => {
  await rm(root, { recursive: true, force: true });
});

function keeperIn(folder: string, more: Partial<StartKeeperOptions> = {}): Promise<RedisKeeper> {
  return startKeeper({ dir: join(root, folder), find, ...more });
}

function pidsOf(keeper: RedisKeeper): { server: number; keeper: number } {
  assert.ok(keeper.serverPid !== undefined && keeper.keeperPid !== undefined);
  return { server: keeper.serverPid, keeper: keeper.keeperPid };
}

async function answers(port: number): Promise<boolean> {
  return redisCommand({ port }, ["PING"]).then(
    () => true,
    () => false,
  );
}

test("a killed server comes back on its port with its data", async () => {
  const kinds: string[] = [];
  await using keeper = await keeperIn("server-killed", { onEvent: ({ kind }) => kinds.push(kind) });
  const first = pidsOf(keeper);
  await redisCommand({ port: keeper.port }, ["SET", "k", "v"]);
  const restarted = new Promise<number>((resolve) => keeper.onRestart(({ pid }) => resolve(pid)));
  process.kill(first.server, "SIGKILL");
  assert.equal(await restarted, keeper.serverPid);
  assert.notEqual(keeper.serverPid, first.server);
  assert.equal(keeper.keeperPid, first.keeper);
  assert.equal(await redisCommand({ port: keeper.port }, ["GET", "k"]), "v");
  assert.deepEqual(kinds, ["ready", "died", "restarted"]);
});

test("a killed keeper is replaced, with the same port and data, and its server does not stay", async () => {
  const kinds: string[] = [];
  await using keeper = await keeperIn("keeper-killed", { onEvent: ({ kind }) => kinds.push(kind) });
  const first = pidsOf(keeper);
  await redisCommand({ port: keeper.port }, ["SET", "k", "v"]);
  const restarted = new Promise<void>((resolve) => keeper.onRestart(() => resolve()));
  process.kill(first.keeper, "SIGKILL");
  await restarted;
  assert.equal(isAlive(first.server), false);
  const second = pidsOf(keeper);
  assert.notEqual(second.keeper, first.keeper);
  assert.notEqual(second.server, first.server);
  assert.equal(await redisCommand({ port: keeper.port }, ["GET", "k"]), "v");
  assert.deepEqual(kinds, ["ready", "keeper-died", "ready"]);
});

test("a stop waits for other clients, then ends server and keeper", async () => {
  const keeper = await keeperIn("drain", { drainMs: 20_000 });
  const { server, keeper: keeperPid } = pidsOf(keeper);
  const client = connect({ host: "127.0.0.1", port: keeper.port });
  await once(client, "connect");
  client.write("PING\r\n");
  await once(client, "data");
  let stopped = false;
  const stop = keeper.stop().then(() => {
    stopped = true;
  });
  // The keeper asks who is there: from now on its question is in the server's statistics.
  await waitUntil("the keeper asks", async () =>
    /cmdstat_info:calls=([2-9]|\d\d)/.test(await redisCommand({ port: keeper.port }, ["INFO", "commandstats"])),
  );
  assert.equal(stopped, false);
  assert.ok(isAlive(server));
  client.destroy();
  await stop;
  assert.equal(isAlive(server), false);
  assert.equal(isAlive(keeperPid), false);
  await keeper.stop();
});

test("a client that stays does not hold the server beyond the wait", async () => {
  const keeper = await keeperIn("stay", { drainMs: 100 });
  const { server } = pidsOf(keeper);
  const client = connect({ host: "127.0.0.1", port: keeper.port });
  client.on("error", () => undefined);
  await once(client, "connect");
  await keeper.stop();
  assert.equal(isAlive(server), false);
  client.destroy();
});

test("SIGTERM to the keeper ends its server in order, and the supervisor starts both again", async () => {
  await using keeper = await keeperIn("keeper-term");
  const first = pidsOf(keeper);
  const restarted = new Promise<void>((resolve) => keeper.onRestart(() => resolve()));
  process.kill(first.keeper, "SIGTERM");
  await restarted;
  assert.equal(isAlive(first.server), false);
  assert.match(await readFile(join(root, "keeper-term", "redis.log"), "utf8"), /User requested shutdown/);
});

/** A supervisor in a process of its own, and what it keeps. */
async function supervisorIn(
  folder: string,
): Promise<{ pid: number; port: number; serverPid: number; keeperPid: number }> {
  const main = fileURLToPath(new URL("test-supervisor.ts", import.meta.url));
  const child = spawn(process.execPath, [main, join(root, folder)], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  assert.ok(child.pid !== undefined);
  return { ...(JSON.parse(line) as { port: number; serverPid: number; keeperPid: number }), pid: child.pid };
}

for (const [signal, victim] of [
  ["SIGKILL", "supervisor"],
  ["SIGTERM", "supervisor"],
  ["SIGKILL", "supervisor and keeper"],
] as const) {
  test(`${signal} of the ${victim} leaves no process`, async () => {
    const { pid, port, serverPid, keeperPid } = await supervisorIn(`${signal}-${victim.replaceAll(" ", "-")}`);
    assert.ok(await answers(port));
    process.kill(pid, signal);
    if (victim !== "supervisor") process.kill(keeperPid, signal);
    const gone = performance.now();
    await waitUntil("all are gone", () => !isAlive(serverPid) && !isAlive(keeperPid) && !isAlive(pid));
    assert.ok(performance.now() - gone < 10_000);
  });
}

test("a supervisor that finds no server says what to install, and leaves no keeper", async () => {
  await assert.rejects(startKeeper({ dir: join(root, "none"), find: { sources: ["path"], env: { PATH: root } } }), {
    code: "not-found",
  });
  const kinds: string[] = [];
  await assert.rejects(
    keeperIn("bad", {
      config: { "no-such-directive": "1" },
      find: { sources: ["path"] },
      onEvent: ({ kind }) => kinds.push(kind),
    }),
    (error: unknown) => /no-such-directive/.test(((error as Error).cause as Error).message),
  );
  assert.deepEqual(kinds, ["failed"]);
});

test("a start that its caller ends leaves nothing", async () => {
  const controller = new AbortController();
  const starting = keeperIn("aborted", { find: { ...find, signal: controller.signal } });
  const refused = assert.rejects(starting, { code: "aborted" });
  await waitUntil("the keeper begins", () => existsSync(join(root, "aborted", "keeper.log")));
  controller.abort();
  await refused;
  const log = await readFile(join(root, "aborted", "redis.log"), "utf8").catch(() => "");
  for (const [, pid] of log.matchAll(/^(\d+):/gm)) assert.equal(isAlive(Number(pid)), false);
});
