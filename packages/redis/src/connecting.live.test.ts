/** Start checks: which server may hold a swarm, and what a person is told where it may not (S2). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { Redis, type RedisOptions } from "ioredis";
import { EntrainError } from "@entrain/kernel";
import { offerOf, waitFor } from "@entrain/testkit/conformance";
import { openStoreLab, realClock, realTimers } from "@entrain/testkit/store-lab";
import { createRedisStore, type RedisStoreOptions } from "./index.ts";
import type { RedisStore } from "./redis-store.ts";
import { checkServer } from "./server-info.ts";

const secret = "s3cret-passw0rd";
const hour = 3_600_000;

function storeAt(redis: RedisStoreOptions["redis"], more: Partial<RedisStoreOptions> = {}): RedisStore {
  return createRedisStore({ redis, swarmId: "connecting", clock: realClock, timers: realTimers, ...more });
}

/** Runs `work` with a connected store. */
async function withStore(redis: RedisStoreOptions["redis"], work: (store: RedisStore) => Promise<void>): Promise<void> {
  const store = storeAt(redis);
  try {
    await store.connect();
    await work(store);
  } finally {
    await store.close();
  }
}

/** The error with which connecting fails. */
async function refusalOf(redis: RedisStoreOptions["redis"]): Promise<EntrainError> {
  const store = storeAt(redis);
  const thrown: unknown = await store.connect().then(
    () => undefined,
    (error: unknown) => error,
  );
  await store.close();
  assert.ok(thrown instanceof EntrainError, "it should have been refused");
  return thrown;
}

type PlainOptions = RedisOptions & { replyMapping?: "legacy" };

/** A plain client, gone with `stack`. */
function plainClient(stack: DisposableStack, url: string, options: PlainOptions = {}): Redis {
  return stack.adopt(new Redis(url, { ...options, retryStrategy: null }), (client) => {
    client.disconnect();
  });
}

test("a wrong or missing password is one sentence with the address and without the password", async () => {
  await using lab = await openStoreLab(createRedisStore, { password: "right" });
  const address = `${new URL(lab.redis.url).hostname}:${lab.redis.port}`;
  const wrong = await refusalOf(`redis://:${secret}@${address}`);
  assert.equal(wrong.code, "invalid-config");
  assert.equal(wrong.message, `Redis at ${address} refuses the user name or password: correct it`);
  assert.doesNotMatch(inspect(wrong, { depth: 20, showHidden: true }), new RegExp(secret));
  const missing = await refusalOf(`redis://${address}`);
  assert.equal(missing.code, "invalid-config");
  assert.equal(missing.message, `Redis at ${address} asks for a password and none was given`);
  await lab.swarm().client();
});

test("the store tells Redis's own clock, once it has read it", async () => {
  await using lab = await openStoreLab(createRedisStore);
  const store = lab.swarm().idleClient();
  assert.equal(store.unixMs(), undefined);
  await store.connect();
  const told = await waitFor("the clock was read", () => Promise.resolve(store.unixMs()));
  // The server runs on this host.
  assert.ok(Math.abs(told - Date.now()) < 5_000, `${told}`);
});

test("a server that cannot be reached is one sentence, and is used as soon as it is there", async () => {
  await using lab = await openStoreLab(createRedisStore);
  await lab.redis.kill();
  const store = lab.swarm().idleClient();
  await assert.rejects(store.connect(), {
    code: "store-unavailable",
    message: `cannot reach Redis at ${new URL(lab.redis.url).hostname}:${lab.redis.port} (connection refused): start it or correct its address`,
  });
  await assert.rejects(store.ledger.stats(), { code: "store-unavailable" });
  await lab.redis.restart();
  await waitFor("the store to be up", () => store.health.status().up);
  await store.connect();
  assert.deepEqual(await store.ledger.stats(), { count: 0, divergence: 0, safeAlone: 0 });
});

test("a server that accepts and says nothing is given up in bounded time", async () => {
  await using lab = await openStoreLab(createRedisStore);
  await lab.redis.pause();
  const store = storeAt(lab.redis.url, { openTimeoutMs: 150 });
  await assert.rejects(store.connect(), { code: "store-unavailable", message: /no answer for 150 ms/ });
  const again = store.connect();
  await store.close();
  await assert.rejects(again, { code: "store-unavailable", message: /was closed/ });
  await assert.rejects(store.connect(), { code: "store-unavailable", message: /was closed/ });
  await lab.redis.resume();
});

test("a URL of another kind is refused at once and not shown", () => {
  assert.throws(
    () => storeAt(`http://:${secret}@localhost`),
    (error) => error instanceof EntrainError && error.code === "invalid-config" && !error.message.includes(secret),
  );
});

test("options out of range are refused by their name", () => {
  const wrong = (more: Partial<RedisStoreOptions>, field: string): void => {
    assert.throws(() => storeAt("redis://localhost", more), { field });
  };
  wrong({ swarmId: "no spaces" }, "swarmId");
  wrong({ requestTimeoutMs: 0 }, "requestTimeoutMs");
  wrong({ recoveryWindowMs: 1.5 }, "recoveryWindowMs");
  wrong({ membership: { heartbeatMs: hour } }, "deadAfterMs");
});

test("an evicting policy is refused, and accepted once it is corrected", async () => {
  await using lab = await openStoreLab(createRedisStore, { config: { "maxmemory-policy": "allkeys-lru" } });
  const refused = await refusalOf(lab.redis.url);
  assert.equal(refused.code, "invalid-config");
  assert.match(refused.message, /maxmemory-policy allkeys-lru.*noeviction/);
  using stack = new DisposableStack();
  const raw = plainClient(stack, lab.redis.url);
  await raw.config("SET", "maxmemory-policy", "noeviction");
  await withStore(lab.redis.url, async (store) => {
    assert.equal(store.health.status().up, true);
  });
});

test("a server without an append-only file works, with one warning a process", async () => {
  await using lab = await openStoreLab(createRedisStore, { config: { appendonly: "no" } });
  const swarm = lab.swarm();
  const store = await swarm.client();
  await lab.redis.restart();
  await waitFor("generation 2", () => store.health.status().generation === 2);
  assert.equal(swarm.warnings.length, 1);
  assert.match(swarm.warnings[0] ?? "", /no append-only file.*set appendonly to yes/);
});

test("a replica is no store", async () => {
  await using lab = await openStoreLab(createRedisStore, { config: { replicaof: "127.0.0.1 1" } });
  const refused = await refusalOf(lab.redis.url);
  assert.equal(refused.code, "store-unavailable");
  assert.match(refused.message, /is a replica/);
});

test("a master that becomes a replica is left, and found again when it is master", async () => {
  await using lab = await openStoreLab(createRedisStore);
  const store = await lab.swarm().client();
  using stack = new DisposableStack();
  const raw = plainClient(stack, lab.redis.url);
  await raw.replicaof("127.0.0.1", "1");
  await waitFor("the store to be down", () => !store.health.status().up);
  await raw.replicaof("NO", "ONE");
  await waitFor("the store to be up", () => store.health.status().up);
  assert.equal(store.health.status().generation, 2, "its replication id is another: writes may be lost (S1)");
});

test("old versions, replicas and loading servers are told apart", () => {
  const sound = {
    version: "7.0.15",
    runId: "r",
    replicationId: "i",
    role: "master",
    loading: false,
    evictionPolicy: "noeviction",
    appendOnly: true,
    mode: "standalone",
    demandsReplicas: false,
  };
  assert.deepEqual(checkServer(sound, "h:1", "direct"), []);
  assert.deepEqual(checkServer({ ...sound, version: "10.1.0" }, "h:1", "direct"), []);
  const old = { code: "invalid-config", message: /version 6\.2\.14: Entrain needs 7\.0/ };
  assert.throws(() => checkServer({ ...sound, version: "6.2.14" }, "h:1", "direct"), old);
  assert.throws(() => checkServer({ ...sound, loading: true }, "h:1", "direct"), { code: "store-unavailable" });
});

test("a user without CONFIG, who may touch nothing but the swarm's keys and channels, is enough", async () => {
  await using lab = await openStoreLab(createRedisStore);
  using stack = new DisposableStack();
  const raw = plainClient(stack, lab.redis.url);
  const rights = ["~entrain:{connecting}:*", "&entrain:{connecting}:*", "+@all", "-@admin", "-@dangerous", "+info"];
  await raw.acl("SETUSER", "entrain", "on", ">pw", ...rights);
  const url = lab.redis.url.replace("redis://", "redis://entrain:pw@");
  await withStore(url, async (store) => {
    await store.registry.register([offerOf("a")]);
    await store.election().campaign({ agentId: "a", incarnation: 1, highestTerm: 0, leaseMs: 1_000 });
    assert.equal((await store.globalState.snapshot()).alive, 1);
  });
  const elsewhere = storeAt(url, { swarmId: "not-ours" });
  await assert.rejects(elsewhere.connect(), { code: "invalid-config", message: /lacks a permission.*NOPERM/ });
  await elsewhere.close();
  await raw.acl("SETUSER", "entrain", "-info");
  const refused = await refusalOf(url);
  assert.equal(refused.code, "invalid-config");
  assert.match(refused.message, /lacks a permission/);
});

test("a client of the user's own is copied and left alone, whatever its prefix, protocol and queues are", async () => {
  await using lab = await openStoreLab(createRedisStore);
  using stack = new DisposableStack();
  const own = plainClient(stack, lab.redis.url, {
    keyPrefix: "mine:",
    protocol: 2,
    enableOfflineQueue: true,
    commandTimeout: 5_000,
  });
  await own.set("key", "value");
  await withStore(own, async (store) => {
    const told: number[] = [];
    store.registry.watch((version) => told.push(version));
    let incarnation = 0;
    await waitFor("a hint over RESP2", async () => {
      incarnation += 1;
      await store.registry.register([offerOf("a", incarnation)]);
      return told.length > 0;
    });
  });
  assert.equal(await own.get("key"), "value");
  assert.equal(own.status, "ready");
  const raw = plainClient(stack, lab.redis.url);
  const keys = await raw.keys("*");
  assert.deepEqual(
    keys.filter((key) => key.startsWith("mine:")),
    ["mine:key"],
  );
});
