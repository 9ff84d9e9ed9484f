/**
 * A Redis Cluster on this machine, for tests: three primaries, and a replica of the first, which has all slots but two,
 * so that every swarm lives on it and the others still have a vote.
 */
import { findFreePort } from "./free-port.ts";
import { infoField, redisCommand } from "./redis-command.ts";
import type { RedisServer } from "./start-redis-server.ts";
import { openTestSet, untilAnswer, type TestSet } from "./test-set.ts";

/** The Cluster. */
export interface TestCluster extends AsyncDisposable {
  /** The primaries; the first has the slots. */
  readonly primaries: readonly [RedisServer, RedisServer, RedisServer];
  /** Of the first primary. */
  readonly replica: RedisServer;
}

/** Silence after which the nodes take one of them for dead, ms. */
const nodeTimeoutMs = 1_000;
const slotsOf = [
  [0, 16_381],
  [16_382, 16_382],
  [16_383, 16_383],
] as const;

/** Starts it; resolves when every node knows all and takes commands, and the replica follows. */
export async function startRedisCluster(): Promise<TestCluster> {
  const set = await openTestSet();
  try {
    const started = await Promise.all(["a", "b", "c", "replica"].map((name) => startNode(set, name)));
    const nodes = started.map(({ node }) => node) as [RedisServer, RedisServer, RedisServer, RedisServer];
    for (const [index, [from, to]] of slotsOf.entries()) {
      const address = { port: nodes[index]?.port ?? 0 };
      await redisCommand(address, ["CLUSTER", "SET-CONFIG-EPOCH", String(index + 1)]);
      await redisCommand(address, ["CLUSTER", "ADDSLOTSRANGE", String(from), String(to)]);
    }
    const [first, second, third, replica] = nodes;
    for (const { node, busPort } of started.slice(1))
      await redisCommand(first, ["CLUSTER", "MEET", "127.0.0.1", String(node.port), String(busPort)]);
    for (const node of nodes) await untilAnswer(node, ["CLUSTER", "INFO"], knowsAll);
    const id = await redisCommand(first, ["CLUSTER", "MYID"]);
    await redisCommand(replica, ["CLUSTER", "REPLICATE", id]);
    await untilAnswer(replica, ["INFO", "replication"], (info) => infoField(info, "master_link_status") === "up");
    for (const node of nodes) await untilAnswer(node, ["CLUSTER", "NODES"], (table) => /\bslave\b/.test(table));
    return {
      primaries: [first, second, third],
      replica,
      [Symbol.asyncDispose]: () => set[Symbol.asyncDispose](),
    };
  } catch (thrown) {
    await set[Symbol.asyncDispose]();
    throw thrown;
  }
}

async function startNode(
  set: TestSet,
  name: string,
): Promise<{ readonly node: RedisServer; readonly busPort: number }> {
  // By default the bus has the port above by 10,000, which need not be free, nor a port at all.
  const busPort = await findFreePort();
  const config = {
    "cluster-enabled": "yes",
    "cluster-port": String(busPort),
    "cluster-node-timeout": String(nodeTimeoutMs),
    "repl-diskless-sync-delay": "0",
  };
  return { node: await set.start(name, { config }), busPort };
}

function knowsAll(info: string): boolean {
  return infoField(info, "cluster_state") === "ok" && infoField(info, "cluster_known_nodes") === "4";
}
