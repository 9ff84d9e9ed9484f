/**
 * The sync machine, alone and in small swarms in virtual time: each agent has a clock of its own (offset and drift), frames
 * take time, and everything random comes from one seed.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "@entrain/kernel";
import { initialGoal, type GoalRecord } from "./goal.ts";
import { coherence, phaseOfCycle } from "./order-parameter.ts";
import { cycleAt } from "./oscillator.ts";
import { createSyncState, nextTickNs, stepSync, type SyncEffect, type SyncState } from "./sync.ts";

const second = 1e9;
const goal = initialGoal("sync", 200, 0);

interface Simulated {
  state: SyncState;
  readonly startNs: number;
  readonly rate: number;
  readonly fired: { readonly beat: number; readonly atNs: number }[];
  readonly skipped: [number, number][];
}

interface Frame {
  readonly dueNs: number;
  readonly from: string;
  readonly to: string;
  readonly cycle: number;
  /** Where the receiver places the sending in global time: four timestamps leave a small error. */
  readonly placedNs: number;
  readonly lineage: SyncState["lineage"];
  readonly goal: GoalRecord;
}

/** A swarm in virtual time; everybody hears everybody. */
class Swarm {
  readonly agents = new Map<string, Simulated>();
  readonly #random;
  readonly #frames: Frame[] = [];
  readonly #blocked = new Map<string, number>();
  readonly #cut = new Set<string>();
  nowNs = 0;

  constructor(seed: string) {
    this.#random = createRandom(seed);
  }

  join(agentId: string, cycle: number, ofGoal: GoalRecord = goal): void {
    const rate = 1 + (this.#random.next() - 0.5) * 200e-6;
    const state = createSyncState({ agentId, goal: ofGoal, nowNs: 0, cycle });
    this.agents.set(agentId, { state, startNs: this.nowNs, rate, fired: [], skipped: [] });
    this.#meet();
  }

  kill(agentId: string): void {
    this.agents.delete(agentId);
    this.#meet();
  }

  /** Cuts the links between two agents, both ways. */
  cut(a: string, b: string): void {
    this.#cut.add(`${a}>${b}`).add(`${b}>${a}`);
  }

  heal(): void {
    this.#cut.clear();
  }

  setGoal(agentId: string, newer: GoalRecord): void {
    const agent = this.#agent(agentId);
    this.#apply(agentId, agent, stepSync(agent.state, { kind: "goal", nowNs: this.#local(agent), goal: newer }));
  }

  /** Stops an agent's event loop until `untilNs`. */
  block(agentId: string, untilNs: number): void {
    this.#blocked.set(agentId, untilNs);
  }

  run(untilNs: number): void {
    while (this.nowNs < untilNs) {
      const ticks = [...this.agents].map(([agentId, agent]) => ({
        agentId,
        atNs: Math.max(this.#global(agent, nextTickNs(agent.state)), this.#blocked.get(agentId) ?? 0),
      }));
      const tick = ticks.reduce((first, next) => (next.atNs < first.atNs ? next : first), {
        agentId: "",
        atNs: untilNs,
      });
      const frame = this.#frames.reduce<Frame | undefined>(
        (first, next) => (next.dueNs < (first?.dueNs ?? untilNs) ? next : first),
        undefined,
      );
      this.nowNs = Math.max(this.nowNs, Math.min(tick.atNs, frame?.dueNs ?? untilNs, untilNs));
      if (frame !== undefined && frame.dueNs <= tick.atNs) this.#deliver(frame);
      else if (tick.agentId !== "") this.#tick(tick.agentId);
    }
  }

  phases(): number[] {
    return [...this.agents.values()].map((agent) => phaseOfCycle(cycleAt(agent.state.oscillator, this.#local(agent))));
  }

  coherence(): number {
    return coherence(this.phases()) ?? 0;
  }

  /** Largest difference between two agents' cycle counts: whole beats count. */
  disagreement(): number {
    const cycles = [...this.agents.values()].map((agent) => cycleAt(agent.state.oscillator, this.#local(agent)));
    return Math.max(...cycles) - Math.min(...cycles);
  }

  #agent(agentId: string): Simulated {
    const agent = this.agents.get(agentId);
    assert.ok(agent);
    return agent;
  }

  #local(agent: Simulated): number {
    return (this.nowNs - agent.startNs) * agent.rate;
  }

  #global(agent: Simulated, localNs: number): number {
    return agent.startNs + localNs / agent.rate;
  }

  #meet(): void {
    for (const [agentId, agent] of this.agents) {
      const agentIds = new Set([...this.agents.keys()].filter((id) => id !== agentId));
      this.#apply(agentId, agent, stepSync(agent.state, { kind: "neighbours", nowNs: this.#local(agent), agentIds }));
    }
  }

  #tick(agentId: string): void {
    const agent = this.#agent(agentId);
    const input = { kind: "tick", nowNs: this.#local(agent) + 1, unixMs: this.nowNs / 1e6 } as const;
    this.#apply(agentId, agent, stepSync(agent.state, input));
  }

  #apply(agentId: string, agent: Simulated, { state, effects }: { state: SyncState; effects: SyncEffect[] }): void {
    agent.state = state;
    for (const effect of effects) {
      if (effect.kind === "fire") agent.fired.push({ beat: effect.beat, atNs: this.nowNs });
      if (effect.kind === "skip") agent.skipped.push([effect.fromBeat, effect.toBeat]);
      if (effect.kind === "announce") this.#announce(agentId, agent);
    }
  }

  #announce(from: string, agent: Simulated): void {
    for (const to of this.agents.keys()) {
      if (to === from || this.#cut.has(`${from}>${to}`)) continue;
      const delayNs = 0.1e6 + this.#random.next() * 0.9e6;
      const { oscillator, lineage, goal: ofGoal } = agent.state;
      this.#frames.push({
        dueNs: this.nowNs + delayNs,
        from,
        to,
        cycle: cycleAt(oscillator, this.#local(agent)),
        placedNs: this.nowNs + (this.#random.next() - 0.5) * 0.1 * delayNs,
        lineage,
        goal: ofGoal,
      });
    }
  }

  #deliver(frame: Frame): void {
    this.#frames.splice(this.#frames.indexOf(frame), 1);
    const agent = this.agents.get(frame.to);
    if (agent === undefined) return;
    const { from: agentId, cycle, lineage, goal: ofGoal } = frame;
    const atNs = (frame.placedNs - agent.startNs) * agent.rate;
    const sample = { agentId, cycle, atNs, lineage, goal: ofGoal };
    this.#apply(frame.to, agent, stepSync(agent.state, { kind: "sample", nowNs: this.#local(agent), sample }));
  }
}

function swarmOf(size: number, seed: string): Swarm {
  const swarm = new Swarm(seed);
  const random = createRandom(`${seed}/cycles`);
  for (let index = 0; index < size; index++) swarm.join(`agent-${index}`, random.next() * 5);
  return swarm;
}

/** R4: no beat twice, none unaccounted for. */
function checkBeats(swarm: Swarm): void {
  for (const [agentId, agent] of swarm.agents) {
    const beats = agent.fired.map(({ beat }) => beat);
    assert.deepEqual(
      beats,
      [...new Set(beats)].sort((a, b) => a - b),
      `${agentId} repeats or disorders its beats`,
    );
    const skipped = new Set(
      agent.skipped.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i)),
    );
    for (const [index, beat] of beats.entries())
      for (let missing = (beats[index - 1] ?? beat - 1) + 1; missing < beat; missing++)
        assert.ok(skipped.has(missing), `${agentId} lost beat ${missing} in silence`);
  }
}

test("R4: a swarm of strangers is silent for two seconds, then one of them founds a lineage and all are in step", () => {
  for (const size of [2, 5, 20]) {
    const swarm = swarmOf(size, `founding/${size}`);
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
  const swarm = swarmOf(5, "joiner");
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
  const swarm = swarmOf(5, "deaths");
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
  const swarm = swarmOf(6, "partition");
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
  const swarm = new Swarm("two lineages");
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
  const swarm = swarmOf(5, "goal");
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
  const swarm = swarmOf(5, "blocked");
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
    const swarm = swarmOf(7, "twice");
    swarm.run(4 * second);
    return JSON.stringify([...swarm.agents.values()].map((agent) => [agent.fired, agent.state.oscillator]));
  });
  assert.equal(runs[0], runs[1]);
});

test("a stranger's frame and a frame of an older goal move nobody", () => {
  const state = createSyncState({ agentId: "a", goal: { ...goal, goalVersion: 3 }, nowNs: 0, cycle: 0 });
  const lineage = { epochUnixMs: 1, founderId: "b" };
  const sample = { agentId: "b", cycle: 50, atNs: 0, lineage, goal: { ...goal, goalVersion: 3 } };
  const fromStranger = stepSync(state, { kind: "sample", nowNs: 0, sample });
  assert.equal(fromStranger.state.lineage, undefined);
  const acquainted = stepSync(state, { kind: "neighbours", nowNs: 0, agentIds: new Set(["b"]) }).state;
  const old = stepSync(acquainted, { kind: "sample", nowNs: 0, sample: { ...sample, goal } });
  assert.equal(old.state.lineage, undefined);
  const good = stepSync(acquainted, { kind: "sample", nowNs: 0, sample });
  assert.deepEqual(good.state.lineage, lineage);
});
