/** The rhythm machine, alone and in small swarms in virtual time: founding, joining, dying, merging, naming of beats. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { initialGoal, type GoalRecord } from "./goal.ts";
import { stepRhythm } from "./rhythm-machine.ts";
import { createRhythmState, nextBeatNs } from "./rhythm-state.ts";
import { beatFaults, strangers, VirtualSwarm } from "./virtual-swarm.ts";

const second = 1e9;
const goal = initialGoal("sync", 200, 0);

const strangersOf = (size: number, seed: string): VirtualSwarm => strangers(size, seed, goal);

/** R4: no beat twice, none unaccounted for. */
function checkBeats(swarm: VirtualSwarm): void {
  assert.deepEqual(beatFaults(swarm), []);
}

test("R4: a swarm of strangers is silent for two seconds, then one of them founds a lineage and all are in step", () => {
  for (const size of [2, 5, 20]) {
    const swarm = strangersOf(size, `founding/${size}`);
    swarm.run(1.9 * second);
    assert.ok([...swarm.agents.values()].every((agent) => agent.fired.length === 0));
    swarm.run(2.1 * second);
    assert.ok(swarm.coherence() > 0.99, `R is ${swarm.coherence()}`);
    swarm.run(8 * second);
    assert.ok(swarm.coherence() > 0.9999);
    assert.ok(swarm.disagreement() < 0.01, "the same n for all");
    assert.ok([...swarm.agents.values()].every((agent) => agent.fired.length >= 27));
    checkBeats(swarm);
  }
});

test("a joiner is in step within a round trip and does not disturb the others", () => {
  const swarm = strangersOf(5, "joiner");
  swarm.run(5 * second);
  const before = swarm.agents.get("agent-0")?.fired.length ?? 0;
  swarm.join("newcomer", 4711.3);
  swarm.run(5.1 * second);
  assert.ok(swarm.coherence() > 0.999);
  assert.ok(swarm.disagreement() < 0.01);
  swarm.run(7 * second);
  assert.equal(swarm.agents.get("agent-0")?.fired.length, before + 10);
  checkBeats(swarm);
});

test("the survivors keep step when two of five die", () => {
  const swarm = strangersOf(5, "deaths");
  swarm.run(5 * second);
  swarm.kill("agent-1");
  swarm.kill("agent-3");
  for (let at = 5.1; at < 9; at += 0.1) {
    swarm.run(at * second);
    assert.ok(swarm.coherence() > 0.999);
  }
  checkBeats(swarm);
});

test("drifting halves of a partition come together again without repeating a beat", () => {
  const swarm = strangersOf(6, "partition");
  swarm.run(4 * second);
  for (const left of [0, 1, 2]) for (const right of [3, 4, 5]) swarm.cut(`agent-${left}`, `agent-${right}`);
  swarm.run(34 * second);
  swarm.heal();
  swarm.run(36 * second);
  assert.ok(swarm.coherence() > 0.999);
  assert.ok(swarm.disagreement() < 0.01);
  checkBeats(swarm);
});

test("two lineages that meet become the older one", () => {
  const swarm = new VirtualSwarm("two lineages", goal);
  swarm.join("old", 0.2);
  swarm.run(3 * second);
  swarm.join("young", 77.7);
  swarm.cut("old", "young");
  swarm.run(6 * second);
  assert.equal(swarm.agents.get("young")?.state.lineage?.founderId, "young");
  swarm.heal();
  swarm.run(10 * second);
  assert.equal(swarm.agents.get("young")?.state.lineage?.founderId, "old");
  assert.ok(swarm.disagreement() < 0.01);
});

test("R4: a new period takes effect at its beat, for all at once", () => {
  const swarm = strangersOf(5, "goal");
  swarm.run(5 * second);
  const last = Math.max(...[...swarm.agents.values()].flatMap((agent) => agent.fired.map(({ beat }) => beat)));
  const faster: GoalRecord = { ...goal, goalVersion: 2, periodNs: 100e6, effectiveBeat: last + 5 };
  swarm.setGoal("agent-2", faster);
  swarm.run(9 * second);
  assert.ok(swarm.coherence() > 0.999);
  for (const agent of swarm.agents.values()) {
    const at = (beat: number): number => agent.fired.find((fired) => fired.beat === beat)?.atNs ?? NaN;
    assert.ok(Math.abs(at(last + 4) - at(last + 3) - 200e6) < 5e6);
    assert.ok(Math.abs(at(last + 7) - at(last + 6) - 100e6) < 5e6);
  }
  checkBeats(swarm);
});

test("R4: an agent whose loop was blocked reports the beats it skipped and is in step at once", () => {
  const swarm = strangersOf(5, "blocked");
  swarm.run(5 * second);
  swarm.block("agent-4", 6.51 * second);
  swarm.run(9 * second);
  const skipped = swarm.agents.get("agent-4")?.skipped ?? [];
  assert.ok(skipped.length === 1 && (skipped[0]?.[1] ?? 0) - (skipped[0]?.[0] ?? 0) >= 6);
  assert.ok(swarm.coherence() > 0.999);
  checkBeats(swarm);
});

test("one seed gives one run, to the byte", () => {
  const runs = [1, 2].map(() => {
    const swarm = strangersOf(7, "twice");
    swarm.run(4 * second);
    return JSON.stringify([...swarm.agents.values()].map((agent) => [agent.fired, agent.state.oscillator]));
  });
  assert.equal(runs[0], runs[1]);
});

test("in a swarm that holds nobody plans to speak within 20 ms of a beat, and not all at the same instant", () => {
  const swarm = strangersOf(12, "quiet");
  swarm.run(6 * second);
  const offsetsMs = new Set<number>();
  for (let turn = 0; turn < 100; turn++) {
    swarm.run(swarm.nowNs + 0.05 * second);
    for (const { state } of swarm.agents.values()) {
      const sinceBeatNs = (state.updateDueNs - nextBeatNs(state)) % 200e6;
      const distanceNs = Math.min(Math.abs(sinceBeatNs), 200e6 - Math.abs(sinceBeatNs));
      // The beat moves a little between the planning and the look.
      assert.ok(distanceNs >= 19e6, `${state.agentId} speaks ${distanceNs / 1e6} ms from its beat`);
      offsetsMs.add(Math.round(distanceNs / 1e6));
    }
  }
  assert.ok(offsetsMs.size > 12);
});

test("an agent whose update is near goes along with others that speak, one whose update is far does not", () => {
  const fresh = createRhythmState({ agentId: "a", goal, nowNs: 0, cycle: 0 });
  const settled = { ...fresh, lineage: { epochUnixMs: 1, founderId: "a" }, settledFromNs: 0, updateDueNs: second };
  const speaks = (nowNs: number, early: boolean): boolean =>
    stepRhythm(settled, { kind: "tick", nowNs, unixMs: 0, early }).effects.some(({ kind }) => kind === "announce");
  assert.equal(speaks(0.8 * second, true), true);
  assert.equal(speaks(0.8 * second, false), false);
  assert.equal(speaks(0.7 * second, true), false);
});

test("a stranger's frame and a frame of an older goal move nobody", () => {
  const state = createRhythmState({ agentId: "a", goal: { ...goal, goalVersion: 3 }, nowNs: 0, cycle: 0 });
  const lineage = { epochUnixMs: 1, founderId: "b" };
  const sample = { agentId: "b", cycle: 50, atNs: 0, lineage, goal: { ...goal, goalVersion: 3 } };
  const fromStranger = stepRhythm(state, { kind: "sample", nowNs: 0, sample });
  assert.equal(fromStranger.state.lineage, undefined);
  const acquainted = stepRhythm(state, { kind: "neighbours", nowNs: 0, agentIds: new Set(["b"]) }).state;
  const old = stepRhythm(acquainted, { kind: "sample", nowNs: 0, sample: { ...sample, goal } });
  assert.equal(old.state.lineage, undefined);
  const good = stepRhythm(acquainted, { kind: "sample", nowNs: 0, sample });
  assert.deepEqual(good.state.lineage, lineage);
});
