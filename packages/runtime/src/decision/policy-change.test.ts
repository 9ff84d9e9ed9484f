/** The live policy: taken into use as a whole, with its version and hash, and never in a mixture. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson } from "@entrain/kernel";
import type { Policy } from "@entrain/core/decision";
import type { ContextDocument } from "@entrain/core/context";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { compileOracle, createOracleWorld, hotPolicy, hotPolicyWith, hotReading, sha256Hex } from "./oracle-world.ts";

const request = { agentId: "a", incarnation: 1, reading: hotReading };

function documentOf(version: number, decision: unknown): ContextDocument {
  return { version, document: { policy: { decision: decision as never }, metadata: { owner: "ops" } } };
}

function setUp() {
  const time = createVirtualTime();
  return { time, world: createOracleWorld(time.clock, time.timers) };
}

test("a changed policy decides within the context's age, and is reported once", async () => {
  const { time, world } = setUp();
  const loop = world.join();
  await time.until(loop.decide({ ...request, incidentId: "before" }));
  const next = hotPolicyWith("throttle");
  world.store.document = documentOf(2, next);
  await time.advance(100);
  const { decision } = await time.until(loop.decide({ ...request, incidentId: "after" }));
  assert.deepEqual([decision.action, decision.contextVersion], ["throttle", 2]);
  assert.equal(decision.policyHash, sha256Hex(canonicalJson(next)));
  assert.deepEqual(
    world.eventsOf("policy.changed").map(({ contextVersion }) => contextVersion),
    [1, 2],
  );
});

test("a document whose policy does not compile keeps the last good one, and is reported once", async () => {
  const { time, world } = setUp();
  const loop = world.join();
  await time.until(loop.decide({ ...request, incidentId: "before" }));
  world.store.document = documentOf(2, hotPolicyWith("throttle", "temperature is high"));
  await time.advance(500);
  const { decision } = await time.until(loop.decide({ ...request, incidentId: "after" }));
  assert.deepEqual([decision.action, decision.contextVersion], ["cool_down", 1]);
  const refused = world.eventsOf("policy.refused");
  assert.equal(refused.length, 1);
  assert.equal(refused[0]?.contextVersion, 2);
  assert.match(refused[0].message, /policy\.rules\[0\]\.when .*line 1, column 1/);
});

test("a document without a policy, or with nonsense in its place, changes nothing", async () => {
  const { time, world } = setUp();
  const loop = world.join();
  await time.advance(5);
  for (const [version, decision] of [
    [2, undefined],
    [3, null],
    [4, "cool_down"],
    [5, { ...hotPolicy, budgetMs: -1 }],
  ] as const) {
    world.store.document = documentOf(version, decision);
    await time.until(loop.decide({ ...request, incidentId: `v${version}` }));
    await time.advance(100);
  }
  world.store.document = { version: 6, document: {} };
  await time.advance(200);
  const { decision } = await time.until(loop.decide({ ...request, incidentId: "last" }));
  assert.equal(decision.contextVersion, 1);
  assert.deepEqual(
    world.eventsOf("policy.refused").map(({ contextVersion }) => contextVersion),
    [2, 3, 4, 5, 6],
  );
});

test("a policy that is mended after it was broken is taken into use", async () => {
  const { time, world } = setUp();
  const loop = world.join();
  await time.until(loop.decide({ ...request, incidentId: "1" }));
  world.store.document = documentOf(2, hotPolicyWith("throttle", "?"));
  await time.advance(200);
  world.store.document = documentOf(3, hotPolicyWith("throttle"));
  await time.advance(200);
  assert.equal((await time.until(loop.decide({ ...request, incidentId: "2" }))).decision.contextVersion, 3);
});

test("no decision mixes two versions, however often the policy changes under it", async () => {
  const { time, world } = setUp();
  const policies: Policy[] = ["cool_down", "throttle", "shed_load", "reduce_power"].map((action) =>
    hotPolicyWith(action),
  );
  const loop = world.join({ fate: () => ({ thereMs: 7, backMs: 9 }) });
  let version = 1;
  world.store.document = documentOf(1, policies[0]);
  const changes = (async () => {
    for (let index = 1; index < 60; index++) {
      await time.sleep(37);
      world.store.document = documentOf(++version, policies[index % policies.length]);
    }
  })();
  const outcomes = await time.until(
    Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        time.sleep(index * 11).then(() => loop.decide({ ...request, incidentId: `i-${index}` })),
      ),
    ),
  );
  await time.until(changes);
  for (const { decision } of outcomes) {
    const policy = policies[(decision.contextVersion - 1) % policies.length]!;
    assert.equal(decision.policyHash, sha256Hex(canonicalJson(policy)));
    assert.equal(decision.action, policy.rules[0]?.action);
    const { contextVersion, policyHash } = decision.input;
    assert.deepEqual([contextVersion, policyHash], [decision.contextVersion, decision.policyHash]);
  }
  assert.ok(new Set(outcomes.map(({ decision }) => decision.contextVersion)).size > 10);
});

test("a policy is compiled once a version, not once a decision", async () => {
  const { time, world } = setUp();
  let compiled = 0;
  const loop = world.join({ compile: (candidate) => ((compiled += 1), compileOracle(candidate)) });
  for (let index = 0; index < 100; index++) {
    await time.until(loop.decide({ ...request, incidentId: `i-${index}` }));
    await time.advance(20);
  }
  assert.equal(compiled, 2, "the process's own and the document's");
});
