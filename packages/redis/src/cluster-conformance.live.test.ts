/** Every command in a node of a Cluster, which refuses a command whose keys have more than one slot. */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { Redis } from "ioredis";
import {
  testBudgetStore,
  testBarrierStore,
  testContextStore,
  testElectionStore,
  testHandoffs,
  testLedger,
  testLockStore,
  testRateStore,
  testRegistry,
  testRoleStore,
  testSharedState,
  testSuspicionStore,
  testBusStore,
  testTaskStore,
  waitFor,
} from "@entrain/testkit/conformance";
import { openStoreLab, type StoreLab } from "@entrain/testkit/store-lab";
import { findFreePort } from "@entrain/redis-server";
import { createRedisStore, type RedisStore } from "./redis-store.ts";

let lab: StoreLab<RedisStore>;

before(async () => {
  // By default the bus has the port above the server's by 10,000, which might not be one.
  const config = { "cluster-enabled": "yes", "cluster-port": String(await findFreePort()) };
  lab = await openStoreLab(
    (options) => {
      const { hostname: host, port } = new URL(options.redis);
      return createRedisStore({ ...options, redis: { cluster: [{ host, port: Number(port) }] } });
    },
    { config },
  );
  const raw = new Redis(lab.redis.url);
  try {
    assert.equal(await raw.call("CLUSTER", "ADDSLOTSRANGE", 0, 16_383), "OK");
    await waitFor("the node to take commands", async () =>
      String(await raw.call("CLUSTER", "INFO")).includes("cluster_state:ok"),
    );
  } finally {
    raw.disconnect();
  }
});
after(() => lab[Symbol.asyncDispose]());

const open = () => Promise.resolve(lab.swarm());
testElectionStore(open);
testLockStore(open);
testBarrierStore(open);
testRegistry(open);
testRoleStore(open);
testSuspicionStore(open);
testLedger(open);
testSharedState(open);
testTaskStore(open);
testBusStore(open);
testHandoffs(open);
testContextStore(open);
testRateStore(open);
testBudgetStore(open);
