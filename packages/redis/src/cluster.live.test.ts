/** A Redis Cluster: the node of the swarm's slot is found from any other, and followed when it changes (S1, L2). */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Cluster, Redis } from "ioredis";
import { EntrainError } from "@entrain/kernel";
import { offerOf, waitFor } from "@entrain/testkit/conformance";
import { realClock, realTimers } from "@entrain/testkit/store-lab";
import { startRedisCluster, type TestCluster } from "@entrain/redis-server/testing";
import { createRedisStore, removeSwarm, type ClusterAddress, type RedisStoreOptions } from "./index.ts";
import type { RedisStore } from "./redis-store.ts";

const leaseMs = 300;
/** An election that misses a vote is held again after four times the nodes' timeout. */
const successionMs = 30_000;

let nodes: TestCluster;

before(async () => {
  nodes = await startRedisCluster();
});
after(() => nodes[Symbol.asyncDispose]());

/** Nodes that do not have the swarm's slot. */
function strangers(): ClusterAddress {
  return { cluster: nodes.primaries.slice(1).map(({ port }) => ({ host: "127.0.0.1", port })) };
}

function storeIn(stack: AsyncDisposableStack, swarmId: string, redis: RedisStoreOptions["redis"]): RedisStore {
  const own = { redis, swarmId, clock: realClock, timers: realTimers, recoveryWindowMs: leaseMs };
  return stack.adopt(createRedisStore(own), (store) => store.close());
}

test("what does not fit a Cluster is said in one sentence", async () => {
  await using stack = new AsyncDisposableStack();
  const url = `redis://127.0.0.1:${nodes.primaries[1].port}`;
  await assert.rejects(storeIn(stack, "plain", url).connect(), {
    code: "invalid-config",
    message: /is a node of a Cluster: name it as such$/,
  });
  const opened = (redis: RedisStoreOptions["redis"]) => () => storeIn(stack, "wrong", redis);
  assert.throws(opened({ ...strangers(), db: 3 }), { code: "invalid-config", message: /a Cluster has only 0/ });
  assert.throws(opened({ cluster: [] }), { code: "invalid-config", message: /redis\.cluster is wrong/ });
  const client = new Cluster([url], { lazyConnect: true });
  assert.throws(opened(client as unknown as Redis), { code: "invalid-config", message: /client of a Cluster: give/ });
});

test("hints, commands and the removal of a swarm find its node from the others, and leave nothing behind", async () => {
  await using stack = new AsyncDisposableStack();
  const swarmId = `found-${randomUUID()}`;
  const store = storeIn(stack, swarmId, strangers());
  await store.connect();
  const told: number[] = [];
  store.registry.watch((version) => told.push(version));
  await store.registry.register([offerOf("a")]);
  await waitFor("a hint", () => told.length > 0);
  await store.close();
  const { signal } = new AbortController();
  const removed = await removeSwarm({ redis: strangers(), swarmId, timers: realTimers, signal });
  assert.ok(removed > 3, `${removed} keys`);
});

const isUpIn = ({ health }: RedisStore, generation: number): boolean =>
  health.status().up && health.status().generation === generation;

/** The replica of a primary has taken all that was written. */
async function isReplicated(url: string): Promise<boolean> {
  const client = new Redis(url);
  try {
    const info = await client.info("replication");
    const [, written] = /^master_repl_offset:(\d+)/m.exec(info) ?? [];
    const [, taken] = /^slave0:.*\boffset=(\d+)/m.exec(info) ?? [];
    return written !== undefined && written === taken;
  } finally {
    client.disconnect();
  }
}

/** The new node may be away for another moment. */
function unlessAway(thrown: unknown): undefined {
  if (!EntrainError.from(thrown).retryable) throw thrown;
}

test("the successor of a killed node is found, in a new generation, and terms only grow", async () => {
  await using stack = new AsyncDisposableStack();
  const swarmId = `failover-${randomUUID()}`;
  const store = storeIn(stack, swarmId, strangers());
  await store.connect();
  await store.registry.register([offerOf("a"), offerOf("b")]);
  const first = await store.election().campaign({ agentId: "a", incarnation: 1, highestTerm: 0, leaseMs });
  assert.ok(first.kind === "granted");
  await waitFor("the replica has all of it", () => isReplicated(nodes.primaries[0].url));
  await nodes.primaries[0].kill();
  await waitFor("a new generation", () => isUpIn(store, 2), successionMs);
  const candidate = { agentId: "b", incarnation: 1, highestTerm: 0, leaseMs };
  const second = await waitFor("the window to close", async () => {
    const answer = await store.election().campaign(candidate).catch(unlessAway);
    return answer?.kind === "granted" && answer;
  });
  assert.ok(second.held.term > first.held.term, "L2");
  assert.equal((await store.globalState.snapshot()).alive, 2);
});

test("a node that hands its slots over in order is left for its successor", async () => {
  await using stack = new AsyncDisposableStack();
  const swarmId = `handed-over-${randomUUID()}`;
  const store = storeIn(stack, swarmId, strangers());
  await store.connect();
  await nodes.primaries[0].restart();
  const [raw, ...others] = [...nodes.primaries, nodes.replica].map(({ url }) =>
    stack.adopt(new Redis(url), (client) => {
      client.disconnect();
    }),
  );
  assert.ok(raw !== undefined);
  const id = String(await raw.call("CLUSTER", "MYID"));
  await waitFor("it to follow its successor, and the others to know", async () => {
    const tables = await Promise.all(others.map((node) => node.call("CLUSTER", "NODES")));
    const known = tables.every((table) => new RegExp(`^${id} \\S+ slave `, "m").test(String(table)));
    return known && (await raw.info("replication")).includes("master_link_status:up");
  });
  await raw.call("CLUSTER", "FAILOVER");
  await waitFor("a new generation", () => isUpIn(store, 2), successionMs);
  await store.registry.register([offerOf("a")]);
});
