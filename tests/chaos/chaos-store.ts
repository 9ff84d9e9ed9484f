/** The Redis of a chaos run: one server, which each worker reaches through a link of its own, or a set that Sentinels watch. */
import { acquireTestRedis, startSentinelSet } from "@entrain/redis-server/testing";
import type { FaultTargets } from "./faults.ts";
import { startOneWayProxy, type OneWayProxy } from "./one-way-proxy.ts";
import type { WorkerRedis } from "./workers/worker-settings.ts";

/** Which Redis a run has. */
export type StoreKind = "one server" | "sentinels";

/** It. */
export interface ChaosStore extends AsyncDisposable {
  readonly redis: FaultTargets["redis"];
  /** For one who looks on. */
  readonly address: WorkerRedis;
  /** For a worker. */
  addressOf(agentId: string): WorkerRedis;
  linkOf(agentId: string): OneWayProxy | undefined;
}

/** Starts it. */
export async function startChaosStore(kind: StoreKind, agentIds: readonly string[]): Promise<ChaosStore> {
  await using stack = new AsyncDisposableStack();
  if (kind === "sentinels") {
    const set = stack.use(await startSentinelSet());
    const address = { sentinels: set.sentinels.map(({ port }) => ({ host: "127.0.0.1", port })), name: set.group };
    const cleanUp = stack.move();
    return {
      redis: set.primary,
      address,
      addressOf: () => address,
      linkOf: () => undefined,
      [Symbol.asyncDispose]: () => cleanUp.disposeAsync(),
    };
  }
  const redis = stack.use(await acquireTestRedis());
  const links = new Map<string, OneWayProxy>();
  for (const agentId of agentIds) links.set(agentId, stack.use(await startOneWayProxy(redis.port)));
  const cleanUp = stack.move();
  return {
    redis,
    address: redis.url,
    addressOf: (agentId) => `redis://127.0.0.1:${links.get(agentId)?.port ?? redis.port}`,
    linkOf: (agentId) => links.get(agentId),
    [Symbol.asyncDispose]: () => cleanUp.disposeAsync(),
  };
}
