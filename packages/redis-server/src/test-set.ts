/**
 * What the sets of servers for tests share: a folder that is gone with the set, and local servers in it. A set needs a
 * local program: in containers the servers would name each other by addresses that nobody outside can reach.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { useFirstPlan } from "./find-redis-server.ts";
import { redisCommand } from "./redis-command.ts";
import { RedisServerError } from "./redis-server-error.ts";
import { startRedisServer, type RedisServer, type StartRedisServerOptions } from "./start-redis-server.ts";

const pollMs = 20;
const formingMs = 15_000;

/** Starts servers that belong together. */
export interface TestSet extends AsyncDisposable {
  start(name: string, options?: Omit<StartRedisServerOptions, "dir">): Promise<RedisServer>;
}

/** @throws RedisServerError `not-found` where there is no local program. */
export async function openTestSet(): Promise<TestSet> {
  const stack = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), "entrain-test-set-"));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  const { plan } = await useFirstPlan({ sources: ["path", "package"] }, () => Promise.resolve());
  return {
    async start(name, options = {}) {
      return stack.use(await startRedisServer(plan, { ...options, dir: join(dir, name) }));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Asks until the answer fits. @throws RedisServerError `start-failed` where it does not in 15 s. */
export async function untilAnswer(
  server: { readonly port: number; readonly password?: string },
  command: readonly string[],
  fits: (answer: string) => boolean,
): Promise<void> {
  const deadlineMs = performance.now() + formingMs;
  let last = "";
  while (performance.now() < deadlineMs) {
    last = await redisCommand(server, command).catch((thrown: unknown) => String(thrown));
    if (fits(last)) return;
    await delay(pollMs);
  }
  throw new RedisServerError("start-failed", `${command.join(" ")} still answers ${last.slice(0, 200)}`);
}
