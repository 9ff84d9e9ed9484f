/** The primary that Sentinels name: found whoever of them is silent, and followed when it changes (S1, L2). */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Redis } from "ioredis";
import { offerOf, proposalOf, waitFor } from "@entrain/testkit/conformance";
import { realClock, realTimers } from "@entrain/testkit/store-lab";
import { startSentinelSet, type SentinelSet } from "@entrain/redis-server/testing";
import { createRedisStore, type RedisStoreOptions } from "./index.ts";
import type { RedisStore } from "./redis-store.ts";

const [password, sentinelPassword] = ["of-the-servers", "of-the-sentinels"];
const leaseMs = 300;

let set: SentinelSet;

before(async () => {
  set = await startSentinelSet({ password, sentinelPassword });
});
after(() => set[Symbol.asyncDispose]());

type Options = Partial<RedisStoreOptions>;

function address(more: object = {}): RedisStoreOptions["redis"] {
  const sentinels = set.sentinels.map(({ port }) => ({ host: "127.0.0.1", port }));
  return { sentinels, name: set.group, password, sentinelPassword, ...more };
}

function storeIn(stack: AsyncDisposableStack, swarmId: string, more: Options = {}): RedisStore {
  const own = { redis: address(), swarmId, clock: realClock, timers: realTimers, recoveryWindowMs: leaseMs };
  return stack.adopt(createRedisStore({ ...own, ...more }), (store) => store.close());
}

test("what does not lead to the primary is said in one sentence, and without a password", async () => {
  await using stack = new AsyncDisposableStack();
  const refusal = async (redis: RedisStoreOptions["redis"], message: RegExp): Promise<void> => {
    const thrown: unknown = await storeIn(stack, "refused", { redis })
      .connect()
      .catch((error: unknown) => error);
    assert.ok(thrown instanceof Error);
    assert.match(thrown.message, message);
    assert.doesNotMatch(thrown.message, new RegExp(`${password}|${sentinelPassword}`));
  };
  await refusal(address({ name: "unheard-of" }), /a Sentinel\) knows no group "unheard-of": correct its name$/);
  await refusal(address({ sentinelPassword: "wrong" }), /a Sentinel\) refuses the user name or password/);
  await refusal(address({ password: "wrong" }), /\(Sentinel group entrain\) refuses the user name or password/);
  await refusal(address({ sentinels: [{ host: "127.0.0.1", port: 1 }] }), /a Sentinel\) \(connection refused\)/);
  const port = set.sentinels[0]?.port ?? 0;
  await refusal(`redis://:${sentinelPassword}@127.0.0.1:${port}`, /is a Sentinel: name it as such/);
  for (const [wrong, remedy] of [
    [{ name: "" }, /give its name$/],
    [{ sentinels: [] }, /redis\.sentinels is wrong: give 1 to 32/],
    [{ cluster: [{ host: "127.0.0.1", port: 1 }] }, /names a Cluster and Sentinels/],
  ] as const)
    assert.throws(() => storeIn(stack, "refused", { redis: address(wrong) }), {
      code: "invalid-config",
      message: remedy,
    });
});

test("a Sentinel that says nothing does not stand in the way for good", async () => {
  await using stack = new AsyncDisposableStack();
  const [silent] = set.sentinels;
  await silent?.pause();
  try {
    for (let time = 0; time < 4; time++) await storeIn(stack, "silent", { openTimeoutMs: 800 }).connect();
  } finally {
    await silent?.resume();
  }
});

/** The replica has what was written so far, and nothing that comes. */
async function cutReplicaOff(): Promise<void> {
  const raw = new Redis(set.primary.url);
  const offset = (await raw.info("replication")).match(/master_repl_offset:(\d+)/)?.[1];
  const replica = new Redis(set.replica.url);
  await waitFor("the replica to have everything", async () =>
    (await replica.info("replication")).includes(`slave_repl_offset:${offset}`),
  );
  await set.replica.pause();
  await raw.call("CLIENT", "KILL", "TYPE", "replica");
  raw.disconnect();
  replica.disconnect();
}

test("the successor of a killed primary that lost its last writes is noticed, and terms only grow", async () => {
  await using stack = new AsyncDisposableStack();
  const swarmId = `failover-${randomUUID()}`;
  const [one, other] = [storeIn(stack, swarmId), storeIn(stack, swarmId)];
  await Promise.all([one.connect(), other.connect()]);
  await one.registry.register([offerOf("a"), offerOf("b")]);
  await cutReplicaOff();
  const first = await one.election().campaign({ agentId: "a", incarnation: 1, highestTerm: 0, leaseMs });
  assert.ok(first.kind === "granted");
  await one.ledger.commit(proposalOf("lost", "a"), first.held);
  await set.primary.kill();
  await set.replica.resume();
  await waitFor("both stores to be up again, in a new generation", () =>
    [one, other].every(({ health }) => health.status().up && health.status().generation === 2),
  );
  assert.equal(await other.ledger.read("lost"), undefined, "the write was lost: this is what the generation is for");
  assert.equal((await other.globalState.snapshot()).alive, 2, "what the replica had is there");
  await assert.rejects(other.ledger.commit(proposalOf("fenced", "a"), first.held), { code: "stale-term" });
  const candidate = { agentId: "b", incarnation: 1, highestTerm: 0, leaseMs };
  const second = await waitFor("the window to close", async () => {
    const answer = await other.election().campaign(candidate);
    return answer.kind === "granted" && answer;
  });
  assert.ok(second.held.term > first.held.term, "L2, although nobody told of the lost term");
  await other.ledger.commit(proposalOf("next", "b"), second.held);
  await set.primary.restart();
  const newcomer = storeIn(stack, swarmId);
  await newcomer.connect();
  assert.deepEqual(newcomer.health.status(), { up: true, generation: 2 }, "the old primary is back and not asked");
});
