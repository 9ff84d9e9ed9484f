/** Processes with other timings: each member is judged by those of its own process (M1). */
import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { Redis } from "ioredis";
import type { MembershipTimings } from "@entrain/core/membership";
import { beatOf, offerOf, shortMembership, waitFor } from "@entrain/testkit/conformance";
import { openStoreLab, realClock, realTimers, type LabSwarm, type StoreLab } from "@entrain/testkit/store-lab";
import { storeKeys } from "./keys.ts";
import { createRedisStore, type RedisStore } from "./redis-store.ts";

const patient: Partial<MembershipTimings> = { heartbeatMs: 600_000, deadAfterMs: 3_600_000 };

let lab: StoreLab<RedisStore>;
let raw: Redis;

before(async () => {
  lab = await openStoreLab(createRedisStore);
  raw = new Redis(lab.redis.url);
});
after(async () => {
  raw.disconnect();
  await lab[Symbol.asyncDispose]();
});

async function patientClient(t: TestContext, { swarmId }: LabSwarm<RedisStore>): Promise<RedisStore> {
  const around = { redis: lab.redis.url, swarmId, clock: realClock, timers: realTimers };
  const store = createRedisStore({ ...around, membership: patient });
  t.after(() => store.close());
  await store.connect();
  return store;
}

test("a member that may be silent for long is not buried by a neighbour that may not, and the other way round", async (t) => {
  const swarm = lab.swarm();
  const [quick, slow] = [await swarm.client(), await patientClient(t, swarm)];
  await slow.registry.register([offerOf("beaten"), offerOf("registered"), offerOf("refuted")]);
  await slow.registry.heartbeat([beatOf("beaten")]);
  const refuted = { agentId: "refuted", incarnation: 1, refutations: 0 };
  const reporters = [offerOf("r1"), offerOf("r2")];
  await quick.registry.register([...reporters, offerOf("silent"), offerOf("keeper")]);
  for (const { agentId, incarnation } of reporters) {
    const reporter = { agentId, incarnation };
    await quick.suspicions.report({ reporter, vote: "suspect", needed: 2, validMs: 1_000, members: [refuted] });
  }
  assert.equal(await slow.suspicions.refute({ ...refuted, refutations: 1 }), true);

  await waitFor("the short-lived to die", async () => {
    await quick.registry.heartbeat([beatOf("keeper")]);
    return (await quick.registry.snapshot()).members.get("silent")?.state === "dead";
  });
  const { members } = await quick.registry.snapshot();
  const stateOf = (agentId: string): string | undefined => members.get(agentId)?.state;
  assert.deepEqual(["beaten", "registered", "refuted", "keeper"].map(stateOf), Array(4).fill("alive"));

  // Whose own timings are short is dead soon for the patient as well.
  await quick.registry.register([offerOf("silent", 2)]);
  await waitFor("it to die again, judged by the patient one", async () => {
    await slow.registry.heartbeat([beatOf("beaten")]);
    await quick.registry.heartbeat([]);
    return (await slow.registry.snapshot()).members.get("silent")?.state === "dead";
  });
});

test("the store's pause kills nobody, although the first to beat after it beats seldom", async (t) => {
  const swarm = lab.swarm();
  const [quick, slow] = [await swarm.client(), await patientClient(t, swarm)];
  await quick.registry.register([offerOf("a")]);
  await quick.registry.heartbeat([beatOf("a")]);
  // As if Redis had stood still for a minute.
  await raw.hincrby(storeKeys(swarm.swarmId).membership, "tickMs", -60_000);
  await slow.registry.heartbeat([]);
  assert.equal((await slow.registry.snapshot()).members.get("a")?.state, "alive");
  assert.ok(shortMembership.deadAfterMs < 60_000);
});
