/** Every port on a real Redis, as the ACL user that agents have: what it may not do, no agent needs. */
import { after, before } from "node:test";
import { Redis } from "ioredis";
import {
  testBudgetStore,
  testBarrierStore,
  testBusStore,
  testContextStore,
  testDirectiveStore,
  testElectionStore,
  testLedger,
  testLockStore,
  testPoolStore,
  testRateStore,
  testRegistry,
  testSessionStore,
  testScheduleStore,
  testSharedState,
  testSuccessionStore,
  testRoleStore,
  testSuspicionStore,
  testHandoffs,
  testTaskStore,
  testVoteStore,
} from "@entrain/testkit/conformance";
import { openStoreLab, type StoreLab } from "@entrain/testkit/store-lab";
import { createRedisStore, type RedisStore } from "./redis-store.ts";
import { storeUser } from "./store-users.ts";

let lab: StoreLab<RedisStore>;
let administrator: Redis;

before(async () => {
  lab = await openStoreLab((options) => {
    const url = new URL(options.redis);
    url.username = options.swarmId;
    url.password = "secret";
    const store = createRedisStore({ ...options, redis: url.href });
    return {
      ...store,
      async connect() {
        const rules = storeUser("agent", options.swarmId).rules.split(" ");
        await administrator.call("ACL", "SETUSER", options.swarmId, "reset", "on", ">secret", ...rules);
        await store.connect();
      },
    };
  });
  administrator = new Redis(lab.redis.url);
});
after(async () => {
  administrator.disconnect();
  await lab[Symbol.asyncDispose]();
});

const open = () => Promise.resolve(lab.swarm());
testElectionStore(open);
testLockStore(open);
testBarrierStore(open);
testRegistry(open);
testLedger(open);
testDirectiveStore(open);
testSharedState(open);
testContextStore(open);
testRateStore(open);
testBudgetStore(open);
testTaskStore(open);
testBusStore(open);
testHandoffs(open);
testSessionStore(open);
testScheduleStore(open);
testVoteStore(open);
testSuccessionStore(open);
testSuspicionStore(open);
testRoleStore(open);
testPoolStore(open);
