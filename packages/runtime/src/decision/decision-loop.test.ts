import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson, EntrainError } from "@entrain/kernel";
import { checkVerdict } from "@entrain/core/decision";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import {
  coolReading,
  compileOracle,
  createOracleWorld,
  hotPolicy,
  hotPolicyWith,
  hotReading,
  ruleReasoner,
  sha256Hex,
} from "./oracle-world.ts";

function setUp(policy = hotPolicy) {
  const time = createVirtualTime();
  return { time, world: createOracleWorld(time.clock, time.timers, policy) };
}

const by = (agentId: string) => ({ agentId, incarnation: 1, reading: hotReading });

test("the leader commits, and a follower adopts when it hears of it", async () => {
  const { time, world } = setUp();
  const leadership = world.elect("a");
  const [first, second] = [world.join(), world.join()];
  await time.advance(10);
  const outcomes = await time.until(Promise.all([first.decide({ ...by("a"), leadership }), second.decide(by("b"))]));
  assert.deepEqual(
    outcomes.map(({ source }) => source),
    ["committed", "adopted"],
  );
  assert.equal(new Set(outcomes.map(({ decision }) => decision.decisionId)).size, 1);
  assert.equal(outcomes[0].decision.action, "cool_down");
  assert.equal(outcomes[0].decision.term, 1);
  assert.equal(world.store.commits.length, 1);
  assert.ok(
    outcomes.every(({ latencyMs }) => latencyMs < 10),
    "nobody waits for a timeout",
  );
});

test("a follower whose leader says nothing commits itself, without a fence, after the leader's chance", async () => {
  const { time, world } = setUp();
  world.elect("a");
  const loop = world.join();
  const { source, latencyMs, decision } = await time.until(loop.decide(by("b")));
  assert.equal(source, "committed");
  assert.equal(decision.term, 1, "the term in force, although the committer does not lead");
  assert.ok(latencyMs >= hotPolicy.leaderFirstMs && latencyMs < hotPolicy.leaderFirstMs + 10, String(latencyMs));
});

test("a follower that missed the push still takes the leader's decision, not its own", async () => {
  const { time, world } = setUp();
  const leadership = world.elect("a");
  const leader = world.join();
  const deaf = world.join({ pushMs: () => undefined });
  await time.advance(10);
  const [, follower] = await time.until(Promise.all([leader.decide({ ...by("a"), leadership }), deaf.decide(by("b"))]));
  assert.equal(follower.source, "adopted");
  assert.equal(world.store.commits.length, 1);
});

test("where nobody leads nobody waits", async () => {
  const { time, world } = setUp();
  const loop = world.join();
  await time.advance(10);
  const { source, latencyMs } = await time.until(loop.decide(by("b")));
  assert.equal(source, "committed");
  assert.ok(latencyMs < 5, String(latencyMs));
});

test("a leader whose lease was over when the store was last read is not waited for", async () => {
  const { time, world } = setUp();
  world.elect("a");
  world.store.leader = { ...world.store.leader!, remainingMs: 0 };
  const { latencyMs } = await time.until(world.join().decide(by("b")));
  assert.ok(latencyMs < 10, String(latencyMs));
});

test("a leader with a stale term is refused and goes on as a follower", async () => {
  const { time, world } = setUp();
  const stale = world.elect("a");
  const leadership = world.elect("c");
  const [old, current] = [world.join(), world.join()];
  await time.advance(10);
  const [fromOld, fromCurrent] = await time.until(
    Promise.all([
      old.decide({ ...by("a"), leadership: stale }),
      time.sleep(20).then(() => current.decide({ ...by("c"), leadership })),
    ]),
  );
  assert.deepEqual([fromOld.source, fromCurrent.source], ["adopted", "committed"]);
  assert.equal(fromOld.decision.decisionId, fromCurrent.decision.decisionId);
  const [refusal] = world.eventsOf("effect.refused");
  assert.deepEqual(refusal, { kind: "effect.refused", agentId: "a", effect: "commit", term: 1, code: "stale-term" });
});

test("an incident is decided once however often it is met; the one who committed it stays its committer", async () => {
  const { time, world } = setUp();
  const loop = world.join();
  const first = await time.until(loop.decide(by("a")));
  const again = await time.until(loop.decide(by("a")));
  const other = await time.until(loop.decide(by("b")));
  assert.deepEqual([first.source, again.source, other.source], ["committed", "committed", "adopted"]);
  assert.equal(world.store.commits.length, 1);
});

test("after its cooldown the same fingerprint is a new incident", async () => {
  const { time, world } = setUp();
  const loop = world.join();
  const first = await time.until(loop.decide(by("a")));
  await time.advance(hotPolicy.cooldownMs + 1);
  const second = await time.until(loop.decide(by("a")));
  assert.notEqual(first.decision.incidentId, second.decision.incidentId);
});

test("a decision that is known by the caller's incident needs no question to the ledger", async () => {
  const { time, world } = setUp();
  const asked: string[] = [];
  const fate = (command: string) => {
    asked.push(command);
    return { thereMs: 1, backMs: 1 };
  };
  const [one, other] = [world.join(), world.join({ fate })];
  await time.until(one.decide({ ...by("a"), incidentId: "drill-1" }));
  await time.advance(5);
  asked.length = 0;
  const { source, latencyMs, decision } = await time.until(other.decide({ ...by("b"), incidentId: "drill-1" }));
  assert.deepEqual([source, latencyMs, decision.incidentId], ["adopted", 0, "drill-1"]);
  assert.ok(!asked.includes("open") && !asked.includes("commit"));
});

test("a reading that no rule concerns commits NORMAL, none", async () => {
  const { time, world } = setUp();
  const { decision } = await time.until(world.join().decide({ ...by("a"), reading: coolReading }));
  const { type, action, confidence, reasoning } = decision;
  assert.deepEqual(
    { type, action, confidence, reasoning },
    checkVerdict(
      { type: "NORMAL", action: "none", confidence: 1, reasoning: "no rule concerns this reading" },
      hotPolicy,
    ),
  );
});

test("a decision holds its whole input, its hash, and the version and hash of the policy it rests on (D2)", async () => {
  const { time, world } = setUp();
  world.store.health = 0.75;
  const { decision } = await time.until(world.join().decide(by("a")));
  const policyHash = sha256Hex(canonicalJson(hotPolicy));
  const input = { reading: hotReading, health: 0.75, safeMode: false, contextVersion: 1, policyHash };
  assert.deepEqual(decision.input, input);
  assert.equal(decision.inputHash, sha256Hex(canonicalJson(input)));
  assert.deepEqual([decision.contextVersion, decision.policyHash], [1, policyHash]);
  const { rule } = compileOracle(hotPolicy).classify(decision.input.reading);
  assert.equal(rule?.action, decision.action, "the rules run again give the same verdict");
});

test("in safe mode the safe action is committed for the whole swarm, and the input says so", async () => {
  const { time, world } = setUp();
  world.store.health = 0.49;
  const [first, second] = [world.join(), world.join()];
  const outcomes = await time.until(Promise.all([first.decide(by("a")), second.decide(by("b"))]));
  assert.equal(world.store.commits.length, 1);
  for (const { decision, source } of outcomes) {
    assert.notEqual(source, "safe-alone");
    assert.deepEqual([decision.type, decision.action, decision.input.safeMode], ["SAFE_MODE", "enter_safe_mode", true]);
  }
});

test("safe mode is judged once, by the committer: who sees the swarm well adopts it all the same", async () => {
  const { time, world } = setUp();
  const first = world.join();
  world.store.health = 0.3;
  await time.until(first.decide(by("a")));
  world.store.health = 1;
  const { decision, source } = await time.until(world.join().decide(by("b")));
  assert.deepEqual([source, decision.action], ["adopted", "enter_safe_mode"]);
});

test("unknown health is not safe mode", async () => {
  const { time, world } = setUp();
  world.store.health = undefined;
  const { decision } = await time.until(world.join().decide(by("a")));
  assert.deepEqual([decision.action, decision.input.health, decision.input.safeMode], ["cool_down", null, false]);
});

test("two questions of one agent on one incident at once are one run with one answer", async () => {
  const { time, world } = setUp();
  let asked = 0;
  const reasoner = {
    name: "counting",
    reason: (question: Parameters<typeof ruleReasoner.reason>[0]) => (asked++, ruleReasoner.reason(question)),
  };
  const loop = world.join({ reasoner });
  const [one, two] = await time.until(Promise.all([loop.decide(by("a")), loop.decide(by("a"))]));
  assert.equal(asked, 1);
  assert.deepEqual(one.decision, two.decision);
});

test("one decision more than the limit is refused with a clear error, and the others are answered", async () => {
  const { time, world } = setUp();
  const loop = world.join({ underWayMax: 2 });
  const underWay = Promise.all([loop.decide(by("a")), loop.decide(by("b"))]);
  assert.equal(loop.stats().underWay, 2);
  await assert.rejects(loop.decide(by("c")), { code: "resource-exhausted", message: /2 decisions are under way/ });
  assert.equal((await time.until(underWay)).length, 2);
  await time.until(loop.decide(by("c")));
});

test("wrong input is refused by the name of its field before anything happens", async () => {
  const { world } = setUp();
  const loop = world.join();
  await assert.rejects(loop.decide({ ...by("a"), reading: {} }), { code: "invalid-argument", field: "telemetry" });
  await assert.rejects(loop.decide(by("no spaces")), { field: "agentId" });
  await assert.rejects(loop.decide({ ...by("a"), incidentId: "" }), { field: "incidentId" });
  assert.equal(loop.stats().underWay, 0);
});

test("a caller that aborts is let go at once; the decision is made all the same", async () => {
  const { time, world } = setUp();
  const loop = world.join();
  const abort = new AbortController();
  const deciding = loop.decide({ ...by("a"), signal: abort.signal });
  abort.abort(new Error("no longer interested"));
  await assert.rejects(deciding, (error) => error instanceof EntrainError && error.code === "cancelled");
  await time.advance(10);
  assert.equal(world.store.commits.length, 1);
});

test("a rule that fails on a reading is reported with the policy's version", async () => {
  const { time, world } = setUp();
  const compile = (candidate: unknown) => ({ ...compileOracle(candidate), numberFields: new Set<string>() });
  await time.until(world.join({ compile }).decide({ ...by("a"), reading: { temperature: "hot" } }));
  assert.deepEqual(world.eventsOf("rule.failed"), [
    { kind: "rule.failed", ruleId: "hot", contextVersion: 1, message: "a text is no number" },
  ]);
});

test("the history holds the last 50 answers, newest first", async () => {
  const { time, world } = setUp();
  const loop = world.join();
  for (let index = 0; index < 53; index++) await time.until(loop.decide({ ...by("a"), incidentId: `drill-${index}` }));
  const history = loop.history();
  assert.equal(history.length, 50);
  assert.deepEqual([history[0]?.incidentId, history[49]?.incidentId], ["drill-52", "drill-3"]);
  const { agentId, action, source } = history[0] ?? {};
  assert.deepEqual([agentId, action, source], ["a", "cool_down", "committed"]);
});

test("a loop that stops answers what is under way and takes nothing new", async () => {
  const { time, world } = setUp();
  const loop = world.join();
  const underWay = loop.decide(by("a"));
  await time.advance(0.1);
  const stopped = loop.stop();
  await assert.rejects(loop.decide(by("b")), { code: "unavailable" });
  assert.equal((await time.until(underWay)).source, "committed");
  await time.until(stopped);
  await time.advance(120_000);
  assert.equal(time.pendingTimers(), 0, "nothing is left behind");
});

test("starting reads the context and the policy once, and does not keep reading for nobody", async () => {
  const { time, world } = setUp();
  const loop = world.join();
  await time.advance(60_000);
  assert.equal(world.eventsOf("context.read").length, 1);
  assert.equal(world.store.document?.version, 1, "the shared document was created from the process's policy");
  assert.equal(loop.isWarm(), false);
});

test("the context tells the policy's version, the role and what the store told", async () => {
  const { time, world } = setUp();
  world.elect("a");
  const loop = world.join();
  await time.advance(5);
  const context = loop.context("a", true);
  assert.deepEqual(
    [context.leaderId, context.term, context.role, context.contextVersion, context.fresh, context.quorumSize],
    ["a", 1, "leader", 1, true, 3],
  );
});

test("a policy that this process ships broken is refused when the loop is made", () => {
  const { world } = setUp(hotPolicyWith("cool_down", "nonsense"));
  assert.throws(() => world.join(), { code: "invalid-argument", field: "policy.rules[0].when" });
});
