/** A Redis that is there and says nothing: paused, as SIGSTOP does (M1). */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { beatOf, offerOf, proposalOf, waitFor } from "@entrain/testkit/conformance";
import { openStoreLab, type StoreLab } from "@entrain/testkit/store-lab";
import { createRedisStore, type RedisStore } from "./redis-store.ts";

let lab: StoreLab<RedisStore>;

before(async () => {
  lab = await openStoreLab(createRedisStore);
});
after(() => lab[Symbol.asyncDispose]());

/** Runs `during` while Redis is paused. */
async function whilePaused(during: () => Promise<void>): Promise<void> {
  await lab.redis.pause();
  try {
    await during();
  } finally {
    await lab.redis.resume();
  }
}

/** How long `work` takes to fail, and with which code. */
async function failureOf(work: Promise<unknown>): Promise<{ code: unknown; tookMs: number }> {
  const startedMs = performance.now();
  const error: unknown = await work.then(
    () => assert.fail("it should have failed"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Error && "code" in error);
  return { code: error.code, tookMs: performance.now() - startedMs };
}

test("a paused store is noticed within two seconds; before that a command ends at its deadline, then at once", async () => {
  const store = await lab.swarm().client();
  await whilePaused(async () => {
    const pausedMs = performance.now();
    const first = await failureOf(store.ledger.stats());
    assert.equal(first.code, "deadline-exceeded");
    assert.ok(first.tookMs > 350 && first.tookMs < 800, `took ${first.tookMs} ms`);
    await waitFor("the store to be down", () => !store.health.status().up);
    const noticedMs = performance.now() - pausedMs;
    assert.ok(noticedMs < 2_000, `noticed after ${noticedMs} ms`);
    const next = await failureOf(store.ledger.stats());
    assert.equal(next.code, "store-unavailable");
    assert.ok(next.tookMs < 50, `took ${next.tookMs} ms`);
  });
  await waitFor("the store to be up again", () => store.health.status().up);
  assert.deepEqual(store.health.status(), { up: true, generation: 1 }, "the same server: nothing was lost");
});

test("what was asked before a pause never answers what is asked after it", async () => {
  const store = await lab.swarm().client();
  const ids = Array.from({ length: 20 }, (_, index) => `incident-${index}`);
  for (const id of ids) await store.ledger.commit(proposalOf(id, "a"));
  await whilePaused(async () => {
    const lost = ids.map((id) => failureOf(store.ledger.read(id)));
    await Promise.all(lost);
    await waitFor("the store to be down", () => !store.health.status().up);
  });
  await waitFor("the store to be up again", () => store.health.status().up);
  const answers = await Promise.all(ids.toReversed().map((id) => store.ledger.read(id)));
  assert.deepEqual(
    answers.map((decision) => decision?.incidentId),
    ids.toReversed(),
  );
});

test("a command whose deadline passed during a short pause is forgotten, and the connection goes on", async () => {
  const store = await lab.swarm().client();
  await store.ledger.commit(proposalOf("incident", "a"));
  await whilePaused(async () => {
    assert.equal((await failureOf(store.ledger.read("other"))).code, "deadline-exceeded");
  });
  const answers = await Promise.all([store.ledger.read("incident"), store.ledger.read("other")]);
  assert.deepEqual(
    answers.map((decision) => decision?.incidentId),
    ["incident", undefined],
  );
  assert.equal(store.health.status().up, true);
});

test("a pause of many times the death bound kills nobody (M1)", async () => {
  const swarm = lab.swarm();
  const [one, other] = [await swarm.client(), await swarm.client()];
  await one.registry.register([offerOf("a")]);
  await other.registry.register([offerOf("b")]);
  await one.registry.heartbeat([beatOf("a")]);
  await other.registry.heartbeat([beatOf("b")]);
  const pausedMs = performance.now();
  await whilePaused(async () => {
    await waitFor("both to notice", () => !one.health.status().up && !other.health.status().up);
  });
  assert.ok(performance.now() - pausedMs > 4 * swarm.membership.deadAfterMs);
  await waitFor("both to be back", () => one.health.status().up && other.health.status().up);
  for (let beat = 0; beat < 3; beat++) {
    assert.deepEqual((await one.registry.heartbeat([beatOf("a")])).unknown, []);
    assert.deepEqual((await other.registry.heartbeat([beatOf("b")])).unknown, []);
  }
  const states = [...(await one.registry.snapshot()).members.values()].map(({ state }) => state);
  assert.deepEqual(states, ["alive", "alive"]);
});

test("hints flow again after a pause, and a handler that throws harms no other", async () => {
  const swarm = lab.swarm();
  const store = await swarm.client();
  const told: number[] = [];
  store.registry.watch(() => {
    throw new Error("a careless handler");
  });
  store.registry.watch((version) => told.push(version));
  await whilePaused(() => waitFor("the store to be down", () => !store.health.status().up).then(() => undefined));
  let incarnation = 0;
  await waitFor("a hint", async () => {
    incarnation += 1;
    if (store.health.status().up) await store.registry.register([offerOf("a", incarnation)]);
    return told.length > 0;
  });
  const failed = swarm.events.find((event) => event.kind === "listener.failed");
  assert.match(failed?.message ?? "", /a careless handler/);
});

test("a process that was itself held up for longer than a deadline takes the answer that has arrived meanwhile", async () => {
  const store = await lab.swarm().client();
  await store.ledger.stats();
  const asked = store.ledger.stats();
  await new Promise((resolve) => process.nextTick(resolve));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
  assert.equal((await asked).count, 0);
  assert.equal((await store.ledger.stats()).count, 0);
  assert.equal(store.health.status().up, true);
});
