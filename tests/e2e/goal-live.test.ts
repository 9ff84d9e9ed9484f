/** A goal set for a swarm of real processes while it runs: everyone follows at the same beat, and no beat comes twice. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import type { Goal } from "./console-api.ts";
import { collectEvents } from "./event-stream.ts";
import { startSwarm, type SwarmUnderTest } from "./swarm-under-test.ts";
import { until } from "./until.ts";

interface Beat {
  readonly agentId: string;
  readonly goalVersion: number;
  readonly beat: number;
}

const agents = 4;
/** A window of R3 is 3 to 5 s here, and a goal is announced up to 2 s ahead; the machine may be busy. */
const heldWithinMs = 30_000;

describe("a goal that is set while the swarm runs", () => {
  let swarm: SwarmUnderTest;
  let stream: Awaited<ReturnType<typeof collectEvents>>;
  const goals: Goal[] = [];
  before(async () => {
    swarm = await startSwarm({ flags: ["--agents", String(agents), "--period", "1s"] });
    stream = await collectEvents(swarm.url, ["beat", "goal.changed"]);
    goals.push((await swarm.api.rhythm()).goal);
  });
  after(async () => {
    stream[Symbol.dispose]();
    await swarm[Symbol.asyncDispose]();
  });

  const beats = (): readonly Beat[] =>
    stream.events.filter(({ type }) => type === "beat").map(({ data }) => data as unknown as Beat);
  const held = (goal: Goal) =>
    until(
      `goal ${goal.goalVersion} is held`,
      async () => {
        const { goal: present, converged } = await swarm.api.rhythm();
        return present.goalVersion === goal.goalVersion && converged;
      },
      heldWithinMs,
    );

  test("sync at 1 s becomes a spread at 200 ms and then a cluster, each held again", async () => {
    for (const wanted of [
      { kind: "spread", periodMs: 200 },
      { kind: "cluster", periodMs: 400, groups: 2 },
    ]) {
      const goal = await swarm.api.setGoal(wanted);
      assert.partialDeepStrictEqual(goal, { ...wanted, goalVersion: goals.length + 1 });
      goals.push(goal);
      await held(goal);
    }
    const changed = stream.events.filter(({ type }) => type === "goal.changed").map(({ data }) => data);
    assert.deepEqual(changed, goals.slice(1), "one event for each goal, which is the record");
  });

  test("two goals in a quick row are both followed, and the last one is held", async () => {
    const [first, second] = [
      await swarm.api.setGoal({ kind: "sync", periodMs: 1_000 }),
      await swarm.api.setGoal({ kind: "sync", periodMs: 250 }),
    ];
    assert.equal(second.goalVersion, first.goalVersion + 1);
    goals.push(first, second);
    await held(second);
  });

  test("every agent fired every beat once, by its number, in the name of the goal that it falls under", () => {
    const byAgent = Map.groupBy(beats(), ({ agentId }) => agentId);
    assert.equal(byAgent.size, agents);
    const common = Math.max(...[...byAgent.values()].map(([first]) => first?.beat ?? Number.NaN));
    const until = Math.min(...[...byAgent.values()].map((fired) => fired.at(-1)?.beat ?? Number.NaN));
    for (const [agentId, fired] of byAgent) {
      const numbers = fired.map(({ beat }) => beat);
      assert.equal(new Set(numbers).size, numbers.length, `${agentId} fired no beat twice`);
      for (const { beat, goalVersion } of fired) {
        const inForce = goals.findLast(({ effectiveBeat }) => effectiveBeat <= beat);
        assert.equal(goalVersion, inForce?.goalVersion, `beat ${beat} of ${agentId}`);
      }
      const known = new Set(numbers);
      const missing = Array.from({ length: until - common + 1 }, (_, index) => common + index).filter(
        (beat) => !known.has(beat),
      );
      // A process that the machine held up for half a period reports its beat as skipped instead of firing it late.
      assert.ok(
        missing.length <= (until - common) / 20,
        `${agentId} missed ${missing.join()} of ${common} to ${until}`,
      );
    }
  });

  test("the metrics of an agent tell the version and the period of the goal in force", async () => {
    const metrics = await (await fetch(new URL("/metrics", swarm.service("agent-1").opsUrl))).text();
    assert.match(metrics, /^entrain_goal_period_seconds(\{.*\})? 0\.25$/m);
  });

  test("the command tells the goal, sets another, and passes a refusal on with the nearest possible goal", () => {
    const entrain = (...argv: string[]) =>
      spawnSync(process.execPath, ["services/cli/src/main.ts", "goal", ...argv, "--url", swarm.url], {
        cwd: new URL("../..", import.meta.url),
        encoding: "utf8",
        timeout: 20_000,
      });
    assert.match(entrain().stdout, /^goal +sync, 250ms, from beat \d+ on \(goal 5\)\nheld +yes/);
    const set = entrain("save-energy", "--period", "2s");
    assert.match(
      set.stdout,
      /^coherence 0.5, 2s, by energy-aware, phase-nudge, from beat \d+ on \(goal 6\)\n$/,
      set.stderr,
    );
    const refused = entrain("cluster", "--groups", "9");
    assert.equal(refused.status, 2);
    assert.match(
      refused.stderr,
      /groups is 9: .*; the nearest possible is \{"kind":"cluster","periodMs":2000,"groups":4\}/,
    );
  });
});
