/**
 * What the tests of this package share: waiting for a condition instead of a time, and looking at processes.
 */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { findRedisServer } from "./find-redis-server.ts";
import type { RedisServerPlan } from "./redis-server-plan.ts";

/** Resolves once `condition` holds; fails with `what` after `timeoutMs`. */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await delay(10);
  }
}

/** Whether a process lives; a zombie does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${String(pid)}/stat`, "utf8"));
  } catch {
    return process.platform !== "linux";
  }
}

/** A plan for a server without Docker. */
export async function localPlan(): Promise<RedisServerPlan> {
  return (await findRedisServer({ sources: ["path", "package"] })).plan;
}
