/**
 * A private server on 127.0.0.1 that is started from a plan, and can be stopped, killed, paused and started again on the
 * same port with the same data.
 *
 * A start is over when the server answers PING *and* is the one that was started: on a port that somebody else took in
 * the meantime another server may answer.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findFreePort } from "./free-port.ts";
import { infoField, redisCommand } from "./redis-command.ts";
import { redisConfig, sentinelConfig, type SentinelWatch } from "./redis-config.ts";
import { RedisServerError } from "./redis-server-error.ts";
import type { RedisServerPlan } from "./redis-server-plan.ts";
import { CONTAINER_DIR, CONTAINER_PORT, launchServerProcess } from "./server-process.ts";
import type { ServerExit, ServerProcess } from "./server-process.ts";

export interface StartRedisServerOptions {
  /** Holds the append-only file, the configuration and the log; made if missing, never deleted. */
  readonly dir: string;
  /** Port on 127.0.0.1; 0 (the default) chooses a free one, which then stays. */
  readonly port?: number | undefined;
  readonly password?: string | undefined;
  /** Directives of redis.conf to add or replace. */
  readonly config?: Readonly<Record<string, string>> | undefined;
  /** Makes it a Sentinel instead of a store; with a plan of the kind `binary` only. */
  readonly sentinel?: SentinelWatch | undefined;
  /** Longest wait for the first PONG; loading data does not count. Default 15,000. */
  readonly startTimeoutMs?: number | undefined;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal | undefined;
}

export interface RedisServer extends AsyncDisposable {
  /** `redis://127.0.0.1:port`, with the password if there is one. */
  readonly url: string;
  readonly port: number;
  /** Process of the present life (for a container, of its `docker run`); leads a process group. */
  readonly pid: number;
  /** Name of the present life's container. */
  readonly container: string | undefined;
  /** The server's own output, appended over all lives. */
  readonly logFile: string;
  /** Resolves when the present life ends, for whatever reason. */
  readonly exited: Promise<ServerExit>;
  /** Ends it in order; by SIGKILL if it takes over 5 s. Does nothing if it has ended. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP (or `docker pause`): connections stay open and nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Stops it if it runs and starts it again, same port, same data. */
  restart(signal?: AbortSignal): Promise<void>;
}

const PORT_TRIES = 5;
const STOP_GRACE_MS = 5_000;
const READY_POLL_MS = 20;
const CONFIG_FILE = "redis.conf";

/** @throws RedisServerError `start-failed` with the end of the server's log, or `aborted`. */
export async function startRedisServer(plan: RedisServerPlan, options: StartRedisServerOptions): Promise<RedisServer> {
  const dir = resolve(options.dir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const wanted = options.port ?? 0;
  for (let tries = 1; ; tries++) {
    const port = wanted === 0 ? await findFreePort() : wanted;
    try {
      const life = await startLife(plan, dir, port, options);
      return serverOf(plan, dir, port, options, life);
    } catch (thrown) {
      const error = RedisServerError.from(thrown, "start-failed");
      const taken = /address already in use|port is already allocated|answered by another server/i.test(error.message);
      if (wanted !== 0 || !taken || tries === PORT_TRIES) throw error;
    }
  }
}

function serverOf(
  plan: RedisServerPlan,
  dir: string,
  port: number,
  options: StartRedisServerOptions,
  firstLife: ServerProcess,
): RedisServer {
  let life = firstLife;
  const user = options.password === undefined ? "" : `:${encodeURIComponent(options.password)}@`;
  const stop = () => endLife(life);
  return {
    url: `redis://${user}127.0.0.1:${String(port)}`,
    port,
    logFile: logFileIn(dir),
    get pid() {
      return life.pid;
    },
    get container() {
      return life.container;
    },
    get exited() {
      return life.exited;
    },
    stop,
    kill: async () => {
      await life.signal("SIGKILL");
      await life.exited;
    },
    pause: () => life.signal("SIGSTOP"),
    resume: () => life.signal("SIGCONT"),
    restart: async (signal) => {
      await endLife(life);
      life = await startLife(plan, dir, port, { ...options, signal });
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** One life up to its first PONG; on failure nothing of it is left. */
async function startLife(
  plan: RedisServerPlan,
  dir: string,
  port: number,
  options: StartRedisServerOptions,
): Promise<ServerProcess> {
  const { password, config, sentinel } = options;
  const input =
    plan.kind === "container"
      ? { bind: "0.0.0.0", port: CONTAINER_PORT, dir: CONTAINER_DIR, password, config }
      : { bind: "127.0.0.1", port, dir, password, config };
  const text = sentinel === undefined ? redisConfig(input) : sentinelConfig(input, sentinel);
  await writeFile(join(dir, CONFIG_FILE), text, { mode: 0o600 });
  const logFile = logFileIn(dir);
  const life = await launchServerProcess({
    ...{ plan, dir, configFile: CONFIG_FILE, logFile, port },
    sentinel: sentinel !== undefined,
  });
  try {
    await untilReady(life, port, options);
    return life;
  } catch (thrown) {
    await life.signal("SIGKILL");
    await life.exited;
    const error = RedisServerError.from(thrown, "start-failed");
    if (error.code === "aborted") throw error;
    throw new RedisServerError("start-failed", `${error.message}${await lastWords(logFile)}`, { cause: error });
  }
}

async function untilReady(life: ServerProcess, port: number, options: StartRedisServerOptions): Promise<void> {
  const { password, signal, startTimeoutMs = 15_000 } = options;
  let deadline = performance.now() + startTimeoutMs;
  let last = "";
  while (performance.now() < deadline) {
    if (signal?.aborted) throw new RedisServerError("aborted", "the start of the server was ended by its caller");
    if (life.exit() !== undefined) throw new RedisServerError("start-failed", "the server ended at once");
    try {
      await redisCommand({ port, password }, ["PING"]);
      const info = await redisCommand({ port, password }, ["INFO", "server"]);
      // In a container the process has another number; there Docker itself refuses a port that is taken.
      if (life.container === undefined && infoField(info, "process_id") !== String(life.pid)) {
        throw answeredByAnother(port);
      }
      return;
    } catch (thrown) {
      const error = RedisServerError.from(thrown, "command-failed");
      if (error.code === "start-failed") throw error;
      // Our own server accepts our own password.
      if (/^(NOAUTH|WRONGPASS|ERR)/.test(error.message)) throw answeredByAnother(port);
      if (error.message.startsWith("LOADING")) deadline = performance.now() + startTimeoutMs;
      last = error.message;
    }
    await Promise.race([life.exited, delay(READY_POLL_MS)]);
  }
  throw new RedisServerError("start-failed", `the server does not answer (${last})`);
}

function answeredByAnother(port: number): RedisServerError {
  return new RedisServerError("start-failed", `port ${String(port)} is answered by another server`);
}

async function endLife(life: ServerProcess): Promise<void> {
  if (life.exit() === undefined) {
    // A paused server would not hear SIGTERM.
    await life.signal("SIGCONT");
    await life.signal("SIGTERM");
    const late = new AbortController();
    const kill = delay(STOP_GRACE_MS, undefined, { signal: late.signal }).then(
      () => life.signal("SIGKILL"),
      () => undefined,
    );
    await Promise.race([life.exited, kill]);
    late.abort();
  }
  await life.exited;
}

function logFileIn(dir: string): string {
  return join(dir, "redis.log");
}

async function lastWords(logFile: string): Promise<string> {
  const text = await readFile(logFile, "utf8").catch(() => "");
  const lines = text.trim().split("\n").slice(-3).join(" | ");
  return lines === "" ? "" : ` (the log ends: ${lines})`;
}
