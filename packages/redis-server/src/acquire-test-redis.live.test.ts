import assert from "node:assert/strict";
import { createServer } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { acquireTestRedis } from "./acquire-test-redis.ts";
import { dockerAnswers } from "./docker-engine.ts";
import { redisCommand } from "./redis-command.ts";

const before = process.env["ENTRAIN_TEST_REDIS"];
after(() => {
  if (before === undefined) delete process.env["ENTRAIN_TEST_REDIS"];
  else process.env["ENTRAIN_TEST_REDIS"] = before;
});

const noDocker = !(await dockerAnswers()) && "no Docker engine answers";

for (const kind of ["local", "container"] as const) {
  test(
    `a ${kind} test Redis can be paused, killed and started again with its data`,
    { skip: kind === "container" && noDocker },
    async () => {
      process.env["ENTRAIN_TEST_REDIS"] = kind;
      const redis = await acquireTestRedis({ password: "secret", config: { maxmemory: "64mb" } });
      try {
        assert.equal(redis.kind, kind);
        assert.equal(redis.url, `redis://:secret@${new URL(redis.url).hostname}:${String(redis.port)}`);
        const address = { port: redis.port, password: "secret" };
        await redisCommand(address, ["SET", "k", "v"]);
        assert.match(await redisCommand(address, ["INFO", "memory"]), /maxmemory:67108864/);
        await redis.pause();
        await assert.rejects(redisCommand(address, ["PING"], 100), { message: /no answer/ });
        await redis.resume();
        assert.equal(await redisCommand(address, ["GET", "k"]), "v");
        await redis.kill();
        await assert.rejects(redisCommand(address, ["PING"]), { code: "command-failed" });
        await redis.restart();
        assert.equal(await redisCommand(address, ["GET", "k"]), "v");
        await redis.restart();
        assert.equal(await redisCommand(address, ["GET", "k"]), "v");
      } finally {
        await redis.stop();
      }
      await assert.rejects(redisCommand({ port: redis.port }, ["PING"]), { code: "command-failed" });
    },
  );
}

test("a wrong ENTRAIN_TEST_REDIS is refused by name", async () => {
  process.env["ENTRAIN_TEST_REDIS"] = "podman";
  await assert.rejects(acquireTestRedis(), { code: "not-found", message: /ENTRAIN_TEST_REDIS is "podman"/ });
});

test("an engine is one that answers its ping", async () => {
  const dir = await mkdtemp(join(tmpdir(), "entrain-docker-test-"));
  const socket = join(dir, "engine.sock");
  const env = { DOCKER_HOST: `unix://${socket}` };
  assert.equal(await dockerAnswers(env), false);
  let status = 200;
  const engine = createServer((request, response) => {
    response.statusCode = request.url === "/_ping" ? status : 404;
    response.end();
  });
  await new Promise<void>((resolve) => engine.listen(socket, resolve));
  assert.equal(await dockerAnswers(env), true);
  status = 500;
  assert.equal(await dockerAnswers(env), false);
  engine.close();
  await rm(dir, { recursive: true, force: true });
  assert.equal(await dockerAnswers({ DOCKER_HOST: "ssh://elsewhere" }), false);
  assert.equal(await dockerAnswers({ DOCKER_HOST: "nonsense" }), false);
});
