/**
 * A Redis for one test or suite: a Testcontainers container where a Docker engine answers, else a local server, behind
 * one interface. Both keep their port and data over `kill` and `restart`.
 *
 * ENTRAIN_TEST_REDIS=local or =container forces one kind; forced, there is no fall-back.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dockerAnswers } from "./docker-engine.ts";
import { useFirstPlan } from "./find-redis-server.ts";
import { RedisServerError } from "./redis-server-error.ts";
import { startRedisServer } from "./start-redis-server.ts";
import { startTestContainer } from "./test-container.ts";

export interface AcquireTestRedisOptions {
  readonly password?: string;
  /** Directives of redis.conf to add or replace. */
  readonly config?: Readonly<Record<string, string>>;
}

export interface TestRedis extends AsyncDisposable {
  readonly kind: "local" | "container";
  /** `redis://127.0.0.1:port`, with the password if there is one. */
  readonly url: string;
  readonly port: number;
  /** Ends it and deletes its data. */
  stop(): Promise<void>;
  /** Connections stay open, nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it (again), same port, same data; resolves when it answers. */
  restart(): Promise<void>;
}

/** What this process found out: a container was no use, so the next test does not try again. */
let containersWork: Promise<boolean> | undefined;

/** @throws RedisServerError `not-found` or `start-failed`. */
export async function acquireTestRedis(options: AcquireTestRedisOptions = {}): Promise<TestRedis> {
  const forced = process.env["ENTRAIN_TEST_REDIS"];
  if (forced === "container") return startTestContainer(options);
  if (forced === "local") return startLocal(options);
  if (forced !== undefined && forced !== "") {
    throw new RedisServerError("not-found", `ENTRAIN_TEST_REDIS is "${forced}", not "local" or "container"`);
  }
  containersWork ??= dockerAnswers();
  if (await containersWork) {
    try {
      return await startTestContainer(options);
    } catch {
      containersWork = Promise.resolve(false);
    }
  }
  return startLocal(options);
}

async function startLocal(options: AcquireTestRedisOptions): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), "entrain-test-redis-"));
  const removeDir = () => rm(dir, { recursive: true, force: true });
  try {
    const { value: server } = await useFirstPlan({ sources: ["path", "package"] }, (plan) =>
      startRedisServer(plan, { dir, ...options }),
    );
    const stop = async () => {
      await server.stop();
      await removeDir();
    };
    return {
      kind: "local",
      url: server.url,
      port: server.port,
      stop,
      pause: () => server.pause(),
      resume: () => server.resume(),
      kill: () => server.kill(),
      restart: () => server.restart(),
      [Symbol.asyncDispose]: stop,
    };
  } catch (thrown) {
    await removeDir();
    throw thrown;
  }
}
