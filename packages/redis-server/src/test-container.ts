/**
 * A test's Redis in a container, by Testcontainers, which is loaded only here and only when needed: it is a dependency of
 * tests, never of the running system.
 *
 * The host port is fixed, since Docker gives a restarted container another random one. Ryuk, Testcontainers' own
 * cleaner, is off (its image is one more to pull); the guard removes the container if the test's process is killed.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { AcquireTestRedisOptions, TestRedis } from "./acquire-test-redis.ts";
import { REDIS_IMAGE } from "./find-in-docker.ts";
import { findFreePort } from "./free-port.ts";
import { guardWithOwner } from "./owner-guard.ts";
import { redisCommand } from "./redis-command.ts";
import { redisConfig } from "./redis-config.ts";
import { RedisServerError } from "./redis-server-error.ts";
import { CONTAINER_DIR, CONTAINER_PORT } from "./server-process.ts";

const START_TIMEOUT_MS = 60_000;
const READY_TIMEOUT_MS = 15_000;
const CONFIG_FILE = "/etc/entrain-redis.conf";
const PORT_TRIES = 3;

/** @throws RedisServerError `start-failed`. */
export async function startTestContainer(options: AcquireTestRedisOptions): Promise<TestRedis> {
  process.env["TESTCONTAINERS_RYUK_DISABLED"] = "true";
  try {
    for (let tries = 1; ; tries++) {
      try {
        return await startOn(await findFreePort(), options);
      } catch (thrown) {
        if (tries === PORT_TRIES || !/port is already allocated|address already in use/.test(String(thrown)))
          throw thrown;
      }
    }
  } catch (thrown) {
    throw RedisServerError.from(thrown, "start-failed");
  }
}

async function startOn(port: number, options: AcquireTestRedisOptions): Promise<TestRedis> {
  const { GenericContainer, Wait, getContainerRuntimeClient } = await import("testcontainers");
  const { password, config } = options;
  const content = redisConfig({ bind: "0.0.0.0", port: CONTAINER_PORT, dir: CONTAINER_DIR, password, config });
  const started = await new GenericContainer(REDIS_IMAGE)
    .withExposedPorts({ container: CONTAINER_PORT, host: port })
    .withCopyContentToContainer([{ content, target: CONFIG_FILE, mode: 0o644 }])
    .withCommand(["redis-server", CONFIG_FILE])
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .withStartupTimeout(START_TIMEOUT_MS)
    .start();
  const guard = guardWithOwner({ kind: "container", docker: "docker", name: started.getId() });
  const container = (await getContainerRuntimeClient()).container.getById(started.getId());
  const host = started.getHost();
  const user = password === undefined ? "" : `:${encodeURIComponent(password)}@`;
  const untilAnswers = async () => {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    for (;;) {
      try {
        await redisCommand({ host, port, password }, ["PING"]);
        return;
      } catch (thrown) {
        if (performance.now() > deadline) throw thrown;
      }
      await delay(20);
    }
  };
  const stop = async () => {
    await started.stop({ timeout: 0, remove: true, removeVolumes: true });
    guard.release();
  };
  await untilAnswers();
  return {
    kind: "container",
    url: `redis://${user}${host}:${String(port)}`,
    port,
    stop,
    pause: async () => {
      await container.pause();
    },
    resume: async () => {
      await container.unpause();
    },
    kill: async () => {
      const gone = container.wait();
      await container.kill();
      await gone;
    },
    restart: async () => {
      const { State: state } = await container.inspect();
      if (state.Paused) await container.unpause();
      if (state.Running) await container.stop({ t: 5 });
      await container.start();
      await untilAnswers();
    },
    [Symbol.asyncDispose]: stop,
  };
}
