/** A primary, a replica and three Sentinels on this machine, for tests: quick to take the primary for dead. */
import { infoField } from "./redis-command.ts";
import type { RedisServer } from "./start-redis-server.ts";
import { openTestSet, untilAnswer } from "./test-set.ts";

/** What a set is started with. */
export interface SentinelSetOptions {
  /** Of the servers. */
  readonly password?: string;
  /** Of the Sentinels. */
  readonly sentinelPassword?: string;
  /** Silence after which a Sentinel takes a server for dead, ms (default 400). */
  readonly downAfterMs?: number;
}

/** The set. */
export interface SentinelSet extends AsyncDisposable {
  readonly group: string;
  /** The first primary, whatever it has become since. */
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  readonly sentinels: readonly RedisServer[];
}

/** Starts a set; resolves when the replica follows the primary and each Sentinel knows them all. */
export async function startSentinelSet(options: SentinelSetOptions = {}): Promise<SentinelSet> {
  const { password, sentinelPassword, downAfterMs = 400 } = options;
  const group = "entrain";
  const set = await openTestSet();
  try {
    const config = { "repl-diskless-sync-delay": "0", ...(password === undefined ? {} : { masterauth: password }) };
    const primary = await set.start("primary", { password, config });
    const replicaof = `127.0.0.1 ${primary.port}`;
    const replica = await set.start("replica", { password, config: { ...config, replicaof } });
    const secret = password === undefined ? {} : { password };
    await untilAnswer({ port: replica.port, ...secret }, ["INFO", "replication"], (info) => {
      return infoField(info, "master_link_status") === "up";
    });
    const sentinel = { group, primaryPort: primary.port, password, quorum: 2, downAfterMs };
    const sentinels = await Promise.all(
      [1, 2, 3].map((number) => set.start(`sentinel-${number}`, { password: sentinelPassword, sentinel })),
    );
    const known = `name=${group},status=ok,address=127.0.0.1:${primary.port},slaves=1,sentinels=3`;
    for (const { port } of sentinels)
      await untilAnswer(
        { port, ...(sentinelPassword === undefined ? {} : { password: sentinelPassword }) },
        ["INFO", "sentinel"],
        (info) => info.includes(known),
      );
    return { group, primary, replica, sentinels, [Symbol.asyncDispose]: () => set[Symbol.asyncDispose]() };
  } catch (thrown) {
    await set[Symbol.asyncDispose]();
    throw thrown;
  }
}
