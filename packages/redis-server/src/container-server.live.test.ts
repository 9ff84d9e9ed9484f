import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { dockerAnswers } from "./docker-engine.ts";
import { findRedisServer } from "./find-redis-server.ts";
import { redisCommand } from "./redis-command.ts";
import { runCommand } from "./run-command.ts";
import { startKeeper } from "./start-keeper.ts";
import { startRedisServer } from "./start-redis-server.ts";
import { isAlive, waitUntil } from "./wait-until.ts";

const skip = !(await dockerAnswers()) && "no Docker engine answers";
const find = { sources: ["docker"] } as const;
let root: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), "entrain-container-test-"));
});
after(async () => {
  await rm(root, { recursive: true, force: true });
});

async function exists(container: string): Promise<boolean> {
  return (await runCommand("docker", ["inspect", container])).ok;
}

test("a container's server is paused, killed, started again with its data, and leaves nothing", { skip }, async () => {
  const { plan } = await findRedisServer(find);
  const dir = join(root, "server");
  const server = await startRedisServer(plan, { dir, password: "secret" });
  const address = { port: server.port, password: "secret" };
  const containers = [server.container!];
  await redisCommand(address, ["SET", "k", "v"]);
  await server.pause();
  await assert.rejects(redisCommand(address, ["PING"], 100), { message: /no answer/ });
  await server.resume();
  await server.kill();
  await server.restart();
  containers.push(server.container!);
  assert.equal(await redisCommand(address, ["GET", "k"]), "v");
  await server.pause();
  await server.stop();
  assert.equal(isAlive(server.pid), false);
  for (const container of containers) assert.equal(await exists(container), false);
  assert.ok((await readdir(dir)).includes("appendonlydir"));
});

test("a container ends with its keeper, and the next keeper has its port and data", { skip }, async () => {
  await using keeper = await startKeeper({ dir: join(root, "keeper"), find });
  let container = "";
  const restarted = () =>
    new Promise<void>((resolve) => {
      const off = keeper.onRestart((address) => {
        container = address.container!;
        off();
        resolve();
      });
    });
  await redisCommand({ port: keeper.port }, ["SET", "k", "v"]);
  let again = restarted();
  process.kill(keeper.serverPid!, "SIGKILL");
  await again;
  assert.equal(await redisCommand({ port: keeper.port }, ["GET", "k"]), "v");
  const killedWithItsKeeper = container;
  again = restarted();
  process.kill(keeper.keeperPid!, "SIGKILL");
  await again;
  assert.equal(await redisCommand({ port: keeper.port }, ["GET", "k"]), "v");
  assert.equal(await exists(killedWithItsKeeper), false);
  await keeper.stop();
  await waitUntil("the container has gone", async () => !(await exists(container)));
});
