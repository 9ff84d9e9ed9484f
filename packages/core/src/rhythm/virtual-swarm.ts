/**
 * A small swarm in virtual time, for the tests of this folder: each agent has a clock of its own (offset and drift), frames
 * take time, a registry hands out plans, some agents may lie, and everything random comes from one seed. Everybody hears
 * everybody. Large swarms over real networks' delays are the simulator's.
 */
import { createRandom, type Random } from "@entrain/kernel";
import { cycleAtUnixMs, type GoalRecord } from "./goal.ts";
import { coherence, maxGapRatio, medianOf, phaseOfCycle } from "./order-parameter.ts";
import { cycleAt } from "./oscillator.ts";
import { stepRhythm, type RhythmEffect, type RhythmInput } from "./rhythm-machine.ts";
import {
  createRhythmState,
  nextTickNs,
  offsetCyclesOf,
  ownCycleAt,
  type NeighbourSample,
  type RhythmOptions,
  type RhythmState,
} from "./rhythm-state.ts";
import { createSlotPlan, freeTicket } from "./slot-plan.ts";

/** One agent with what it did. */
export interface VirtualAgent {
  state: RhythmState;
  readonly startNs: number;
  readonly rate: number;
  readonly ticket: number;
  readonly fired: {
    readonly goalVersion: number;
    readonly beat: number;
    readonly atNs: number;
    readonly offsetNs: number;
  }[];
  readonly skipped: [number, number][];
  readonly switches: { readonly from: string; readonly to: string; readonly cause: string }[];
}

interface Frame {
  readonly dueNs: number;
  readonly from: string;
  readonly to: string;
  /** Where the receiver places the sending in global time: four timestamps leave a small error. */
  readonly placedNs: number;
  readonly sample: Omit<NeighbourSample, "atNs">;
}

/** How one agent differs from the others. */
export type VirtualOptions = Partial<Omit<RhythmOptions, "agentId" | "nowNs" | "cycle">>;

/** What a liar says of itself in place of the truth, cycles from its true count. */
export type Lie = (nowNs: number, random: Random, to: string) => number;

/** The swarm. */
export class VirtualSwarm {
  readonly agents = new Map<string, VirtualAgent>();
  readonly liars = new Map<string, Lie>();
  readonly #random: Random;
  readonly #goal: GoalRecord;
  readonly #blocked = new Map<string, number>();
  readonly #cut = new Set<string>();
  #frames: Frame[] = [];
  #membershipVersion = 0;
  nowNs = 0;
  /** False: no plan is handed out, as without a registry. */
  plans = true;

  constructor(seed: string, goal: GoalRecord) {
    this.#random = createRandom(seed);
    this.#goal = goal;
  }

  join(agentId: string, cycle: number, options: VirtualOptions = {}): void {
    const rate = 1 + (this.#random.next() - 0.5) * 200e-6;
    const state = createRhythmState({ goal: this.#goal, ...options, agentId, nowNs: 0, cycle });
    const ticket = freeTicket([...this.agents.values()].map((agent) => agent.ticket));
    this.agents.set(agentId, { state, startNs: this.nowNs, rate, ticket, fired: [], skipped: [], switches: [] });
    this.#meet();
  }

  /** Takes members away; the registry notices at once. */
  kill(...agentIds: readonly string[]): void {
    for (const agentId of agentIds) this.agents.delete(agentId);
    this.#meet();
  }

  /** Takes members away without anybody being told. */
  silence(agentId: string): void {
    this.agents.delete(agentId);
  }

  /** Cuts the links between two agents, both ways. */
  cut(a: string, b: string): void {
    this.#cut.add(`${a}>${b}`).add(`${b}>${a}`);
  }

  heal(): void {
    this.#cut.clear();
  }

  setGoal(agentId: string, goal: GoalRecord): void {
    const agent = this.#agent(agentId);
    this.#step(agentId, agent, { kind: "goal", nowNs: this.#local(agent), goal });
  }

  setRegistryAway(away: boolean): void {
    for (const [agentId, agent] of this.agents)
      this.#step(agentId, agent, { kind: "registry", nowNs: this.#local(agent), away });
  }

  /** Stops an agent's event loop until `untilNs`. */
  block(agentId: string, untilNs: number): void {
    this.#blocked.set(agentId, untilNs);
  }

  run(untilNs: number): void {
    while (this.nowNs < untilNs) {
      const tick = this.#nextTick();
      const frame = this.#nextFrame();
      this.nowNs = Math.max(this.nowNs, Math.min(tick?.atNs ?? untilNs, frame?.dueNs ?? untilNs, untilNs));
      if (this.nowNs >= untilNs) return;
      if (frame !== undefined && frame.dueNs <= (tick?.atNs ?? Infinity)) this.#deliver(frame);
      else if (tick !== undefined) this.#tick(tick.agentId, tick.agent);
    }
  }

  /** Phases of the honest. */
  phases(): number[] {
    return this.#honest().map((agent) => phaseOfCycle(ownCycleAt(agent.state, this.#local(agent))));
  }

  coherence(): number {
    return coherence(this.phases()) ?? 0;
  }

  maxGapRatio(): number {
    return maxGapRatio(this.phases()) ?? 0;
  }

  /** Largest difference between two honest agents' reference counts: whole beats count. */
  disagreement(): number {
    const cycles = this.#honest().map((agent) => cycleAt(agent.state.oscillator, this.#local(agent)));
    return Math.max(...cycles) - Math.min(...cycles);
  }

  /** The swarm's count, as an observer of all sees it. */
  count(): number {
    return medianOf(this.#honest().map((agent) => cycleAt(agent.state.oscillator, this.#local(agent)))) ?? 0;
  }

  #honest(): VirtualAgent[] {
    return [...this.agents].filter(([agentId]) => !this.liars.has(agentId)).map(([, agent]) => agent);
  }

  #agent(agentId: string): VirtualAgent {
    const agent = this.agents.get(agentId);
    if (agent === undefined) throw new RangeError(`no agent ${agentId}`);
    return agent;
  }

  #local(agent: VirtualAgent): number {
    return (this.nowNs - agent.startNs) * agent.rate;
  }

  #nextTick() {
    let first: { agentId: string; agent: VirtualAgent; atNs: number } | undefined;
    for (const [agentId, agent] of this.agents) {
      const dueNs = agent.startNs + nextTickNs(agent.state) / agent.rate;
      const atNs = Math.max(dueNs, this.#blocked.get(agentId) ?? 0);
      if (first === undefined || atNs < first.atNs) first = { agentId, agent, atNs };
    }
    return first;
  }

  #nextFrame(): Frame | undefined {
    let first: Frame | undefined;
    for (const frame of this.#frames) if (first === undefined || frame.dueNs < first.dueNs) first = frame;
    return first;
  }

  /** Tells everybody who is there, and gives them the plan of the next cycle but one. */
  #meet(): void {
    this.#membershipVersion++;
    const counts = [...this.agents.values()].map((agent) => cycleAt(agent.state.oscillator, this.#local(agent)));
    const members = [...this.agents].map(([agentId, { ticket }]) => ({ agentId, ticket }));
    const effectiveBeat = Math.ceil(Math.max(...counts)) + 1;
    const plan = createSlotPlan({ membershipVersion: this.#membershipVersion, effectiveBeat, members });
    for (const [agentId, agent] of this.agents) {
      const agentIds = new Set([...this.agents.keys()].filter((id) => id !== agentId));
      const nowNs = this.#local(agent);
      this.#step(agentId, agent, { kind: "neighbours", nowNs, agentIds });
      if (this.plans) this.#step(agentId, agent, { kind: "plan", nowNs, plan });
    }
  }

  #tick(agentId: string, agent: VirtualAgent): void {
    this.#step(agentId, agent, { kind: "tick", nowNs: this.#local(agent) + 1, unixMs: this.nowNs / 1e6 });
  }

  #step(agentId: string, agent: VirtualAgent, input: RhythmInput): void {
    const { state, effects } = stepRhythm(agent.state, input);
    agent.state = state;
    for (const effect of effects) this.#carryOut(agentId, agent, effect);
  }

  #carryOut(agentId: string, agent: VirtualAgent, effect: RhythmEffect): void {
    if (effect.kind === "fire") {
      const { goalVersion, beat } = effect;
      agent.fired.push({ goalVersion, beat, atNs: this.nowNs, offsetNs: effect.offsetNs / agent.rate });
    }
    if (effect.kind === "skip") agent.skipped.push([effect.fromBeat, effect.toBeat]);
    if (effect.kind === "strategy") agent.switches.push({ from: effect.from, to: effect.to, cause: effect.cause });
    if (effect.kind === "announce") this.#announce(agentId, agent);
  }

  #announce(from: string, agent: VirtualAgent): void {
    const { lineage, goal, temperament } = agent.state;
    const truth = ownCycleAt(agent.state, this.#local(agent));
    for (const to of this.agents.keys()) {
      if (to === from || this.#cut.has(`${from}>${to}`)) continue;
      const delayNs = 0.1e6 + this.#random.next() * 0.9e6;
      const placedNs = this.nowNs + (this.#random.next() - 0.5) * 0.1 * delayNs;
      const cycle = truth + (this.liars.get(from)?.(this.nowNs, this.#random, to) ?? 0);
      const offsetCycles = offsetCyclesOf(agent.state);
      const sample = { agentId: from, cycle, offsetCycles, lineage, goal, influence: temperament.influence };
      this.#frames.push({ dueNs: this.nowNs + delayNs, from, to, placedNs, sample });
    }
  }

  #deliver(frame: Frame): void {
    this.#frames = this.#frames.filter((other) => other !== frame);
    const agent = this.agents.get(frame.to);
    if (agent === undefined) return;
    const atNs = (frame.placedNs - agent.startNs) * agent.rate;
    const sample = { ...frame.sample, atNs };
    this.#step(frame.to, agent, { kind: "sample", nowNs: this.#local(agent), sample });
  }
}

/** `size` strangers whose clocks and first guesses differ. */
export function strangers(size: number, seed: string, goal: GoalRecord, options: VirtualOptions = {}): VirtualSwarm {
  const swarm = new VirtualSwarm(seed, goal);
  const random = createRandom(`${seed}/cycles`);
  for (let index = 0; index < size; index++)
    swarm.join(`agent-${index}`, cycleAtUnixMs(goal, 0) + random.next() * 5, options);
  return swarm;
}

/** What is wrong with an agent's beats by R4 and R5: repeated, disordered or lost in silence; empty where nothing is. */
export function beatFaults(swarm: VirtualSwarm): string[] {
  const faults: string[] = [];
  for (const [agentId, { fired, skipped }] of swarm.agents) {
    const reported = new Set(
      skipped.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i)),
    );
    let last: number | undefined;
    for (const { beat } of fired) {
      if (last !== undefined && beat <= last) faults.push(`${agentId} fires ${beat} after ${last}`);
      for (let missing = (last ?? beat) + 1; missing < beat; missing++)
        if (!reported.has(missing)) faults.push(`${agentId} lost beat ${missing} in silence`);
      last = beat;
    }
  }
  return faults;
}
