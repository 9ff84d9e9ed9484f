import { after, before } from "node:test";
import {
  testBudgetStore,
  testBarrierStore,
  testContextStore,
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
  testHandoffs,
  testTaskStore,
  testVoteStore,
} from "@entrain/testkit/conformance";
import { openStoreLab, type StoreLab } from "@entrain/testkit/store-lab";
import { createRedisStore, type RedisStore } from "./redis-store.ts";

let lab: StoreLab<RedisStore>;

before(async () => {
  lab = await openStoreLab(createRedisStore);
});
after(() => lab[Symbol.asyncDispose]());

const open = () => Promise.resolve(lab.swarm());
testElectionStore(open);
testLockStore(open);
testBarrierStore(open);
testRegistry(open);
testLedger(open);
testSharedState(open);
testContextStore(open);
testRateStore(open);
testBudgetStore(open);
testTaskStore(open);
testHandoffs(open);
testSessionStore(open);
testScheduleStore(open);
testVoteStore(open);
testSuccessionStore(open);
testPoolStore(open);
