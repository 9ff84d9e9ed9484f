/** The switch between the swarm's decisions and each agent's own: live, and never half of each. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContextDocument } from "@entrain/core/context";
import { createVirtualTime } from "@entrain/testkit/virtual-time";
import { createOracleWorld, hotPolicy, hotReading, coolReading } from "./oracle-world.ts";

const incident = { incarnation: 1, incidentId: "i-1" };

function documentOf(version: number, swarmMode?: boolean): ContextDocument {
  const configuration = { configuration: { features: { ...(swarmMode === undefined ? {} : { swarmMode }) } } };
  return { version, document: { policy: { decision: hotPolicy as never }, ...configuration } };
}

function setUp(swarmMode?: boolean) {
  const time = createVirtualTime();
  const world = createOracleWorld(time.clock, time.timers);
  world.store.document = documentOf(1, swarmMode);
  return { time, world };
}

test("with the mode off two agents with different readings of one incident decide differently, and commit nothing", async () => {
  const { time, world } = setUp(false);
  const [a, b] = [world.join(), world.join()];
  await time.advance(50);
  const [hot, cool] = await time.until(
    Promise.all([
      a.decide({ ...incident, agentId: "a", reading: hotReading }),
      b.decide({ ...incident, agentId: "b", reading: coolReading }),
    ]),
  );
  assert.deepEqual(
    [hot.source, hot.decision.action, cool.source, cool.decision.action],
    ["local", "cool_down", "local", "none"],
  );
  assert.deepEqual([hot.decision.term, hot.decision.committedAtMs, hot.decision.input.health], [0, 0, null]);
  assert.equal(world.store.decisions.size, 0);
  world.store.document = documentOf(2, true);
  // Without a hint the follower's slow poll brings it.
  await time.advance(1_200);
  const together = await time.until(
    Promise.all([
      a.decide({ ...incident, agentId: "a", reading: hotReading }),
      b.decide({ ...incident, agentId: "b", reading: coolReading }),
    ]),
  );
  assert.equal(new Set(together.map(({ decision }) => decision.decisionId)).size, 1);
  assert.deepEqual(
    world.eventsOf("mode.switched").map(({ contextVersion, swarmMode }) => [contextVersion, swarmMode]),
    [
      [1, false],
      [1, false],
      [2, true],
      [2, true],
    ],
  );
});

test("a local decision needs no store, and takes a reasoner that fails for the safe action", async () => {
  const { time, world } = setUp(false);
  let reachable = true;
  const loop = world.join({
    fate: () => (reachable ? { thereMs: 1, backMs: 1 } : { thereMs: 60_000, backMs: 60_000 }),
    reasoner: {
      name: "moody",
      reason: ({ rule }) => {
        if (rule === undefined) throw new Error("nothing to say");
        return { type: rule.type, action: rule.action, confidence: 1, reasoning: "as the rule says" };
      },
    },
  });
  await time.advance(50);
  reachable = false;
  const outcome = await time.until(loop.decide({ agentId: "a", incarnation: 1, reading: hotReading }));
  assert.deepEqual([outcome.source, outcome.decision.action, outcome.latencyMs], ["local", "cool_down", 0]);
  const failed = await time.until(loop.decide({ agentId: "a", incarnation: 1, reading: coolReading }));
  assert.deepEqual([failed.source, failed.decision.action], ["local", hotPolicy.safeAction]);
  assert.equal(loop.stats().unreconciled, 0);
});

test("switched to and fro under load, each decision is made in the mode of the version that it carries", async () => {
  const { time, world } = setUp(true);
  const loops = ["a", "b"].map((agentId) => ({
    agentId,
    loop: world.join({ fate: () => ({ thereMs: 7, backMs: 9 }) }),
  }));
  const modes = [undefined, true];
  const switches = (async () => {
    for (let version = 2; version < 40; version++) {
      await time.sleep(53);
      modes[version] = version % 2 === 1;
      world.store.document = documentOf(version, modes[version]);
    }
  })();
  const outcomes = await time.until(
    Promise.all(
      loops.flatMap(({ agentId, loop }) =>
        Array.from({ length: 180 }, (_, index) =>
          time
            .sleep(index * 11)
            .then(() => loop.decide({ agentId, incarnation: 1, reading: hotReading, incidentId: `i-${index}` })),
        ),
      ),
    ),
  );
  await time.until(switches);
  for (const { decision, source } of outcomes) {
    // Version 0 is the process's own policy, before the document was read.
    const swarmWide = decision.contextVersion === 0 || modes[decision.contextVersion] === true;
    assert.equal(source !== "local", swarmWide, `version ${decision.contextVersion}: ${source}`);
    assert.equal(decision.input.contextVersion, decision.contextVersion);
  }
  const sources = outcomes.map(({ source }) => source);
  assert.ok(sources.filter((source) => source === "local").length > 50);
  assert.ok(sources.filter((source) => source !== "local").length > 50);
});

test("a switch that becomes known while a question waits for its context is the question's, too", async () => {
  const { time, world } = setUp(true);
  const loop = world.join({ fate: () => ({ thereMs: 7, backMs: 9 }) });
  await time.advance(5_500);
  for (const [version, swarmMode] of [
    [2, false],
    [3, true],
    [4, false],
  ] as const) {
    world.store.document = documentOf(version, swarmMode);
    const request = { agentId: "a", incarnation: 1, reading: hotReading, incidentId: `i-${version}` };
    const { decision, source } = await time.until(loop.decide(request));
    const mode = decision.contextVersion === version ? swarmMode : !swarmMode;
    assert.equal(source === "local", !mode, `version ${decision.contextVersion}: ${source}`);
    // Long enough for the context to be cold again, and for the slow poll.
    await time.advance(5_500);
  }
});
