/** Every goal, pursued by small swarms in virtual time: reached, held, and found again after members come and go. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { firstGoal, nextGoal, type GoalRequest } from "./goal.ts";
import { wrapCycles } from "./phase-arithmetic.ts";
import { beatFaults, strangers, type VirtualSwarm } from "./virtual-swarm.ts";

const second = 1e9;
const goalOf = (request: Omit<GoalRequest, "periodMs">) => firstGoal({ periodMs: 200, ...request }, 0);
const ids = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => `agent-${from + at}`);

/** R5: from its first beat on every agent fires every beat. */
function checkNothingSkipped(swarm: VirtualSwarm): void {
  assert.deepEqual(beatFaults(swarm), []);
  assert.deepEqual(
    [...swarm.agents.values()].flatMap(({ skipped }) => skipped),
    [],
  );
}

test("R5: a spread is even two periods after the last join, and every agent fires once in every cycle", () => {
  for (const size of [2, 5, 10]) {
    const swarm = strangers(size, `spread/${size}`, goalOf({ kind: "spread" }));
    swarm.run(3 * second);
    assert.ok(swarm.maxGapRatio() < 1.05, `the ratio of ${size} is ${swarm.maxGapRatio()}`);
    swarm.join("newcomer", 3.3);
    swarm.run(3.6 * second);
    assert.ok(swarm.maxGapRatio() < 1.05, `with a newcomer it is ${swarm.maxGapRatio()}`);
    assert.ok(swarm.coherence() < 0.05);
    checkNothingSkipped(swarm);
  }
});

test("R5: when 30 % leave at once the others are even again in two periods, and none of them misses a cycle", () => {
  const swarm = strangers(10, "exodus", goalOf({ kind: "spread" }));
  swarm.run(4 * second);
  swarm.kill("agent-1", "agent-4", "agent-8");
  swarm.run(4.6 * second);
  assert.ok(swarm.maxGapRatio() < 1.1, `the ratio is ${swarm.maxGapRatio()}`);
  swarm.run(6 * second);
  checkNothingSkipped(swarm);
});

test("clusters stand apart, and those of a group beat together", () => {
  for (const groups of [2, 3, 4]) {
    const swarm = strangers(12, `clusters/${groups}`, goalOf({ kind: "cluster", groups }));
    swarm.run(4 * second);
    const cycles = swarm.phases().map((phase) => phase / (2 * Math.PI));
    const near = cycles.map((own) => cycles.filter((other) => Math.abs(wrapCycles(other - own)) < 0.01).length);
    assert.deepEqual([...new Set(near)], [12 / groups]);
    const turned = cycles.map((cycle) => wrapCycles((cycle - (cycles[0] ?? 0)) * groups));
    assert.ok(turned.every((cycle) => Math.abs(cycle) < 0.05));
    checkNothingSkipped(swarm);
  }
});

test("a coherence is held within 0.05 while agents come and go", () => {
  for (const coherence of [0, 0.3, 0.5, 0.85]) {
    const swarm = strangers(10, `coherence/${coherence}`, goalOf({ kind: "coherence", coherence }));
    swarm.run(3 * second);
    for (let change = 0; change < 6; change++) {
      if (change % 2 === 0) swarm.kill(`agent-${change}`);
      else swarm.join(`newcomer-${change}`, 0.4 * change);
      swarm.run((3.6 + change) * second);
      assert.ok(Math.abs(swarm.coherence() - coherence) < 0.05, `R is ${swarm.coherence()} for ${coherence}`);
    }
    checkNothingSkipped(swarm);
  }
});

test("R4: a goal of another kind takes effect at its beat, for all at once, and back", () => {
  const sync = goalOf({ kind: "sync" });
  const swarm = strangers(6, "kinds", sync);
  swarm.run(4 * second);
  const count = Math.max(...[...swarm.agents.values()].flatMap(({ fired }) => fired.map(({ beat }) => beat))) + 1;
  const spread = nextGoal(sync, { kind: "spread", periodMs: 200 }, { unixMs: 4_000, cycle: count });
  swarm.setGoal("agent-3", spread);
  swarm.run(8 * second);
  assert.ok(swarm.maxGapRatio() < 1.05);
  for (const { fired } of swarm.agents.values())
    for (const { beat, offsetNs } of fired)
      if (beat < spread.effectiveBeat) assert.equal(offsetNs, 0, "the old goal's beats fall together to the last");
  const offsets = [...swarm.agents.values()].map(
    ({ fired }) => fired.find(({ beat }) => beat === spread.effectiveBeat)?.offsetNs,
  );
  assert.equal(new Set(offsets).size, 6, "the new goal's first beat is spread already");
  swarm.setGoal("agent-1", nextGoal(spread, { kind: "sync", periodMs: 200 }, { unixMs: 8_000, cycle: count + 20 }));
  swarm.run(12 * second);
  assert.ok(swarm.coherence() > 0.999);
  checkNothingSkipped(swarm);
});

test("up to 30 % liars of any kind tried move nobody under an untrusted goal", () => {
  const lies = {
    random: (_: number, random: { next(): number }) => random.next(),
    stubborn: (nowNs: number) => 0.3 - nowNs / 1e12,
    drag: (nowNs: number) => (nowNs / 1e9) * 0.05,
    pull: () => 0.24,
    split: (_nowNs: number, _random: unknown, to: string) => (Number(to.slice(6)) % 2 === 0 ? 0.2 : -0.2),
    stealth: (nowNs: number) => 0.03 + (nowNs / 1e9) * 0.001,
  };
  for (const [name, lie] of Object.entries(lies)) {
    const swarm = strangers(10, `liars/${name}`, goalOf({ kind: "sync", trust: "untrusted" }));
    for (const id of ids(7, 10)) swarm.liars.set(id, lie);
    swarm.run(6 * second);
    for (let at = 6; at < 10; at += 0.25) {
      swarm.run(at * second);
      assert.ok(swarm.coherence() > 0.99, `R is ${swarm.coherence()} under ${name}`);
    }
    assert.ok(swarm.disagreement() < 0.2, `the same n for all under ${name}`);
  }
});
