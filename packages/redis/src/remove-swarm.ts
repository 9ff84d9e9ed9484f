/**
 * Removes a swarm from Redis: for a swarm that was made for a single run, in a Redis that outlives it. Nobody of the swarm
 * may still be alive: who is would make part of it anew.
 */
import { randomUUID } from "node:crypto";
import { createRandom } from "@entrain/kernel";
import type { Timers } from "@entrain/ports";
import { endpointOf } from "./endpoint.ts";
import { unavailable } from "./failures.ts";
import { storeKeys } from "./keys.ts";
import { openPrimary } from "./open-primary.ts";
import type { RedisStoreOptions } from "./options.ts";

/** Keys that one round of SCAN looks at. */
const scanCount = 1_000;

/** Which swarm, and where. */
export interface RemoveSwarmOptions {
  readonly redis: RedisStoreOptions["redis"];
  readonly swarmId: string;
  readonly timers: Timers;
  /** How long connecting and each round may take, ms (default 1,000). */
  readonly timeoutMs?: number;
  /** Ends the removal where it stands. */
  readonly signal: AbortSignal;
}

/**
 * Removes every key of the swarm; answers how many there were.
 * @throws EntrainError `store-unavailable`, `deadline-exceeded`, or what the server refused it with
 */
export async function removeSwarm(options: RemoveSwarmOptions): Promise<number> {
  const { redis, swarmId, timers, timeoutMs = 1_000, signal } = options;
  const endpoint = endpointOf(redis, timeoutMs);
  const { prefix, store: key } = storeKeys(swarmId);
  const name = `entrain:${swarmId}`;
  const random = createRandom(randomUUID());
  const link = await openPrimary({ endpoint, key, timers, random, name, openTimeoutMs: timeoutMs, signal });
  try {
    let cursor = "0";
    let removed = 0;
    do {
      if (signal.aborted) throw unavailable("the removal was called off");
      const args = [cursor, "MATCH", `${prefix}*`, "COUNT", scanCount];
      const [next, keys] = (await link.send("SCAN", args, timeoutMs)) as [string, string[]];
      if (keys.length > 0) removed += Number(await link.send("UNLINK", keys, timeoutMs));
      cursor = next;
    } while (cursor !== "0");
    return removed;
  } finally {
    link.end(unavailable("the removal is done"));
  }
}
