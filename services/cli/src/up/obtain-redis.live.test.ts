import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { EntrainError } from "@entrain/kernel";
import { acquireTestRedis } from "@entrain/redis-server/testing";
import { exitCodeOf } from "../exit-code.ts";
import { isAlive, waitUntil } from "../supervisor/fixtures/processes.ts";
import { obtainRedis, type ObtainRedisOptions, type RedisEvent } from "./obtain-redis.ts";

function optionsFor(t: TestContext, difference: Partial<ObtainRedisOptions> = {}): ObtainRedisOptions {
  const dir = mkdtempSync(join(tmpdir(), "entrain-obtain-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return {
    env: process.env,
    named: undefined,
    swarmId: "obtained",
    singleRun: true,
    dir,
    onNote: () => undefined,
    onEvent: () => undefined,
    signal: new AbortController().signal,
    ...difference,
  };
}

async function refusal(options: ObtainRedisOptions): Promise<EntrainError> {
  const thrown: unknown = await obtainRedis(options).then(
    () => assert.fail("nothing was thrown"),
    (reason: unknown) => reason,
  );
  assert.ok(thrown instanceof EntrainError, String(thrown));
  assert.doesNotMatch(thrown.message, /\n|s3cret|wrong-one/);
  return thrown;
}

/** How many keys the server at `port` holds, as it says itself. */
async function keysAt(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1").setEncoding("utf8");
  socket.end("*2\r\n$4\r\nAUTH\r\n$6\r\ns3cret\r\n*1\r\n$6\r\nDBSIZE\r\n");
  let reply = "";
  for await (const chunk of socket) reply += String(chunk);
  return /:(\d+)/.exec(reply)?.[1] ?? reply;
}

describe("without a Redis in the environment", () => {
  test("a private one is started, told of when it dies and comes back, and ended", async (t) => {
    const events: RedisEvent[] = [];
    const redis = await obtainRedis(optionsFor(t, { onEvent: (event) => events.push(event) }));
    const { serverPid, keeperPid, port } = redis;
    assert.equal(redis.serviceEnv["ENTRAIN_REDIS_URL"], `redis://127.0.0.1:${port}`);
    process.kill(serverPid!, "SIGKILL");
    await waitUntil("it is back", () => events.some((event) => event.kind === "restarted"));
    await redis.stop();
    assert.equal(isAlive(keeperPid!), false);
    assert.equal(redis.serverPid, undefined);
  });

  test("an interruption ends the start", async (t) => {
    const error = await refusal(optionsFor(t, { signal: AbortSignal.abort() }));
    assert.equal(error.code, "cancelled");
  });
});

describe("with a Redis in the environment", () => {
  test("the one that it names is used, with its password, and left alone at the end", async (t) => {
    await using server = await acquireTestRedis({ password: "s3cret" });
    const named = { redis: server.url, name: `127.0.0.1:${server.port}` };
    const redis = await obtainRedis(optionsFor(t, { named }));
    assert.deepEqual(redis.serviceEnv, {}, "services read the same environment");
    assert.doesNotMatch(redis.description, /s3cret/);
    assert.notEqual(await keysAt(server.port), "0");
    await redis.stop();
    assert.equal(await keysAt(server.port), "0", "nothing of a swarm for one run stays");
    const lasting = await obtainRedis(optionsFor(t, { named, singleRun: false }));
    await lasting.stop();
    assert.notEqual(await keysAt(server.port), "0", "a swarm that was given a name stays");
  });

  test("a wrong or missing password is one sentence and exit code 69", async (t) => {
    await using server = await acquireTestRedis({ password: "s3cret" });
    for (const password of [":wrong-one@", ""]) {
      const named = { redis: `redis://${password}127.0.0.1:${server.port}`, name: "a server" };
      const error = await refusal(optionsFor(t, { named }));
      assert.equal(exitCodeOf(error), 69);
      assert.match(error.message, /password/);
    }
  });

  test("nobody there, and somebody who never answers, are exit code 69", async (t) => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    for (const url of ["redis://127.0.0.1:1", `redis://127.0.0.1:${port}`]) {
      const error = await refusal(optionsFor(t, { named: { redis: url, name: "a server" } }));
      assert.equal(exitCodeOf(error), 69);
      assert.match(error.message, /^cannot reach Redis at 127\.0\.0\.1:\d+ /);
    }
    silent.close();
  });

  test("a Redis that throws data away is refused with exit code 78", async (t) => {
    await using server = await acquireTestRedis({ config: { "maxmemory-policy": "allkeys-lru" } });
    const error = await refusal(optionsFor(t, { named: { redis: server.url, name: "a server" } }));
    assert.equal(exitCodeOf(error), 78);
  });
});
