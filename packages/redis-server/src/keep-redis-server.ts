/**
 * The keeper's loop: start the server, start it again when it dies, and end it last.
 *
 * Order at the end: no restart any more, then the wait for other clients (those who still want to say goodbye through
 * Redis), then the server. When the returned promise settles no server is left.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { KeeperEvent, KeeperRequest, ServerAddress } from "./keeper-protocol.ts";
import { infoField, redisCommand } from "./redis-command.ts";
import { RedisServerError } from "./redis-server-error.ts";
import { restartDelayMs, STABLE_LIFE_MS, waitUnless } from "./restart-delay.ts";
import { startRedisServer } from "./start-redis-server.ts";
import type { RedisServer } from "./start-redis-server.ts";

export interface KeepRedisServerOptions {
  /** Ends the keeping, in order. */
  readonly end: AbortSignal;
  /** Ends the keeping without the wait for other clients; implies `end`. */
  readonly endNow: AbortSignal;
  readonly report: (event: KeeperEvent) => void;
}

const DRAIN_POLL_MS = 25;

/** Keeps a server until told to end. @throws RedisServerError where the first start fails. */
export async function keepRedisServer(request: KeeperRequest, options: KeepRedisServerOptions): Promise<void> {
  const { report, endNow } = options;
  const end = AbortSignal.any([options.end, endNow]);
  const { plan, dir, port, password, config } = request;
  const server = await startRedisServer(plan, { dir, port, password, config, signal: end });
  try {
    report({ kind: "ready", ...addressOf(server) });
    await keepAlive(server, end, report);
    await untilOtherClientsAreGone(server, password, request.drainMs, endNow);
  } finally {
    await server.stop();
  }
}

async function keepAlive(server: RedisServer, end: AbortSignal, report: (event: KeeperEvent) => void): Promise<void> {
  const ended = new Promise<"end">((resolve) => {
    if (end.aborted) resolve("end");
    end.addEventListener("abort", () => {
      resolve("end");
    });
  });
  let restarts = 0;
  let shortLives = 0;
  for (;;) {
    const bornAt = performance.now();
    const exit = await Promise.race([server.exited, ended]);
    if (exit === "end") return;
    report({ kind: "died", code: exit.code, signal: exit.signal });
    shortLives = performance.now() - bornAt < STABLE_LIFE_MS ? shortLives + 1 : 0;
    // The first death in a row costs the shortest wait.
    let waitMs = restartDelayMs(Math.max(0, shortLives - 1));
    for (;;) {
      if (!(await waitUnless(end, waitMs))) return;
      try {
        await server.restart(end);
        break;
      } catch (thrown) {
        const error = RedisServerError.from(thrown, "start-failed");
        if (error.code === "aborted") return;
        shortLives++;
        waitMs = restartDelayMs(shortLives);
        report({ kind: "restart-failed", reason: error.message, retryInMs: waitMs });
      }
    }
    restarts++;
    report({ kind: "restarted", restarts, ...addressOf(server) });
  }
}

async function untilOtherClientsAreGone(
  server: RedisServer,
  password: string | undefined,
  drainMs: number,
  endNow: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + drainMs;
  for (;;) {
    const leftMs = deadline - performance.now();
    if (leftMs <= 0 || endNow.aborted) return;
    try {
      const info = await redisCommand({ port: server.port, password }, ["INFO", "clients"], Math.min(leftMs, 500));
      // The one client is this question.
      if (Number(infoField(info, "connected_clients")) <= 1) return;
    } catch (thrown) {
      const dead = await Promise.race([server.exited.then(() => true), Promise.resolve(false)]);
      if (dead) return;
      if (/^(NOAUTH|WRONGPASS|NOPERM)/.test(RedisServerError.from(thrown, "command-failed").message)) return;
    }
    await delay(DRAIN_POLL_MS);
  }
}

function addressOf(server: RedisServer): ServerAddress {
  const { url, port, pid, container } = server;
  return { url, port, pid, ...(container === undefined ? {} : { container }) };
}
