/** Who has to agree, by a rule's scope: nobody (local), the leader and the voters (swarm), and the safety gate as well (fleet). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { ballotQuestion, type Policy, type Scope } from "@entrain/core/decision";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import type { AskApproval } from "./swarm-approval.ts";
import { createOracleWorld, hotPolicy, hotReading } from "./oracle-world.ts";

const scoped = (scope: Scope): Policy => ({ ...hotPolicy, rules: hotPolicy.rules.map((rule) => ({ ...rule, scope })) });
const saying =
  (passed: boolean, asked: string[] = []): AskApproval =>
  ({ action }, { proposalId }) => {
    asked.push(action);
    return Promise.resolve({ proposalId, passed, yes: passed ? 4 : 1, voters: 5 });
  };

function setUp(scope: Scope) {
  const time = createVirtualTime();
  const world = createOracleWorld(time.clock, time.timers, scoped(scope));
  return { time, world };
}

const question = (agentId: string) => ({ agentId, incarnation: 1, reading: hotReading });

/** What comes while the virtual clock stands still; what waits for a timer or the store does not. */
async function atOnce<T>(promise: Promise<T>): Promise<T> {
  return (await Promise.race([promise, setImmediate(undefined)])) ?? assert.fail("it waited");
}

test("the leader proposes what the voters approve, and the followers adopt it with the voters' word", async () => {
  const { time, world } = setUp("swarm");
  const leadership = world.elect("a");
  const loop = world.join({ askApproval: saying(true) });
  await time.advance(5);
  const asked = [loop.decide({ ...question("a"), leadership }), loop.decide(question("b"))];
  const [led, followed] = await time.until(Promise.all(asked));
  assert.deepEqual([led?.source, followed?.source, led?.decision.action], ["committed", "adopted", "cool_down"]);
  const { proposalId, ...said } = led?.decision.input.approval ?? {};
  assert.deepEqual(said, { passed: true, yes: 4, voters: 5 });
  assert.equal(proposalId, `decision-${led?.decision.decisionId}`);
  assert.deepEqual(
    world.eventsOf("approval.asked").map(({ outcome }) => outcome),
    ["approved"],
  );
});

test("what the voters do not approve becomes the safe action for everybody, with the count", async () => {
  const { time, world } = setUp("swarm");
  const leadership = world.elect("a");
  const loop = world.join({ askApproval: saying(false) });
  await time.advance(5);
  const { decision, source } = await time.until(loop.decide({ ...question("a"), leadership }));
  assert.deepEqual([source, decision.type, decision.action], ["committed", "SAFE_MODE", "enter_safe_mode"]);
  assert.match(decision.reasoning, /has not approved cool_down: 1 of 5 voters said yes/);
});

test("where voters cannot be asked, or do not answer, nothing is approved (P2)", async () => {
  const cases: readonly { readonly askApproval?: AskApproval; readonly why: RegExp }[] = [
    { why: /this process cannot ask the voters/ },
    { askApproval: () => Promise.resolve("proposal p is open after 700 ms"), why: /is open after 700 ms/ },
  ];
  for (const { why, ...options } of cases) {
    const { time, world } = setUp("swarm");
    const leadership = world.elect("a");
    const loop = world.join(options);
    await time.advance(5);
    const { decision } = await time.until(loop.decide({ ...question("a"), leadership }));
    assert.equal(decision.action, "enter_safe_mode");
    assert.match(decision.reasoning, why);
    assert.equal(decision.input.approval, undefined);
  }
});

test("nobody but the leader brings it to a vote: without one it is the safe action, alone, when the budget ends", async () => {
  for (const leader of [undefined, "other"]) {
    const { time, world } = setUp("swarm");
    if (leader !== undefined) world.elect(leader);
    const asked: string[] = [];
    const loop = world.join({ askApproval: saying(true, asked) });
    await time.advance(5);
    const { decision, source, latencyMs } = await time.until(loop.decide(question("b")));
    assert.deepEqual([source, decision.action, asked], ["safe-alone", "enter_safe_mode", []]);
    assert.ok(Math.abs(latencyMs - hotPolicy.budgetMs) <= 5, String(latencyMs));
  }
});

test("a leader whose term is over when it commits goes on as a follower, and does not commit what was approved for it", async () => {
  const { time, world } = setUp("swarm");
  const leadership = world.elect("a");
  world.elect("b");
  const loop = world.join({ askApproval: saying(true) });
  await time.advance(5);
  const { source } = await time.until(loop.decide({ ...question("a"), leadership }));
  assert.equal(source, "safe-alone");
  assert.equal(world.store.commits.length, 0);
});

test("of local scope an agent acts at once and alone where the store never answers, and commits nothing", async () => {
  const { world } = setUp("local");
  const loop = world.join({ fate: () => ({ thereMs: 1, backMs: 1, lost: "request" }) });
  const outcome = await atOnce(loop.decide(question("a")));
  assert.deepEqual([outcome.source, outcome.decision.action, outcome.latencyMs], ["local", "cool_down", 0]);
  assert.deepEqual([outcome.contextHit, outcome.decision.input.health], [false, null]);
  assert.equal(world.store.commits.length, 0);
});

test("of local scope the safe action is taken in safe mode as well, by the health as it is cached, and no reasoner is asked", async () => {
  const { time, world } = setUp("local");
  world.store.health = 0.1;
  let reachable = true;
  const loop = world.join({
    fate: () => ({ thereMs: 1, backMs: 1, lost: reachable ? undefined : "request" }),
    reasoner: { name: "unasked", reason: () => assert.fail("it was asked") },
  });
  await time.advance(50);
  reachable = false;
  await time.advance(1_000);
  const { decision, source, contextHit } = await atOnce(loop.decide(question("a")));
  assert.deepEqual([source, contextHit], ["local", false]);
  assert.deepEqual([decision.type, decision.action], ["SAFE_MODE", hotPolicy.safeAction]);
  assert.deepEqual([decision.input.health, decision.input.safeMode], [0.1, true]);
});

test("a voter says yes to what it would do itself, no to anything else, and nothing under another policy", async () => {
  const { time, world } = setUp("swarm");
  const loop = world.join();
  await time.advance(5);
  const leadership = world.elect("a");
  const { decision } = await time.until(
    world.join({ askApproval: saying(true) }).decide({ ...question("a"), leadership, incidentId: "i-1" }),
  );
  const ballot = { incidentId: "i-1", reading: hotReading, action: "cool_down", policyHash: decision.policyHash };
  const voteOn = (changes: Partial<typeof ballot>) =>
    time.until(loop.vote(ballotQuestion({ ...ballot, ...changes }), new AbortController().signal));
  assert.equal(await voteOn({}), "yes");
  assert.equal(await voteOn({ action: "shed_load" }), "no");
  assert.equal(await voteOn({ reading: { temperature: 20 } }), "no");
  assert.equal(await voteOn({ policyHash: "f".repeat(64) }), undefined);
  world.store.health = 0.1;
  loop.context("a", false);
  await time.advance(200);
  assert.equal(await voteOn({}), "no", "in safe mode nothing else is approved");
  await assert.rejects(loop.vote({ kind: "other" }, new AbortController().signal), { code: "invalid-argument" });
});
