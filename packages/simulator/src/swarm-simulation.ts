/**
 * The whole swarm in virtual time (discrete events): every agent is the core's own machine, with a clock that starts somewhere
 * and drifts; frames take the network's time, are lost, and are placed by the same four timestamps and filter as on the real
 * transport; a registry hands out neighbours and plans; members crash and join, links part, liars lie. Everything random
 * comes from the spec's seed, so one spec gives one record, to the byte.
 */
import { createRandom, type Random } from "@entrain/kernel";
import { createOverlay } from "@entrain/core/membership";
import {
  createSlotPlan,
  cycleAt,
  effectiveBeatOf,
  firstGoal,
  medianOf,
  nextTickNs,
  offsetCyclesOf,
  ownCycleAt,
  phaseOfCycle,
  type GoalRecord,
  type RhythmEffect,
  type RhythmInput,
} from "@entrain/core/rhythm";
import { createEventQueue } from "./event-queue.ts";
import { createLink, globalNs, localNs, step, type Link, type SimulatedAgent } from "./simulated-agent.ts";
import { createRoster, type Roster } from "./roster.ts";
import type { Frame, News, SimulatedEvent } from "./simulated-event.ts";
import { createSimulatedNetwork, type SimulatedNetwork } from "./simulated-network.ts";
import type { Change, SimulationSpec } from "./simulation-spec.ts";
import { Recorder, type SwarmRecord } from "./swarm-record.ts";

const milli = 1e6;
/** The simulation's Unix time at its start, ms. */
const epochUnixMs = 1_700_000_000_000;

/** Runs a spec from start to end. */
export function simulate(spec: SimulationSpec): SwarmRecord {
  return new Simulation(spec).run();
}

class Simulation {
  readonly #spec: SimulationSpec;
  readonly #random: Random;
  readonly #network: SimulatedNetwork;
  readonly #goal: GoalRecord;
  readonly #queue = createEventQueue<SimulatedEvent>();
  readonly #roster: Roster;
  readonly #recorder: Recorder;
  #listed: SimulatedAgent[] = [];
  #membershipVersion = 0;
  #epoch = 0;
  #nowNs = 0;

  constructor(spec: SimulationSpec) {
    this.#spec = spec;
    this.#random = createRandom(spec.seed);
    this.#network = createSimulatedNetwork(spec, this.#random);
    this.#goal = firstGoal(spec.goal, epochUnixMs);
    this.#roster = createRoster(spec, this.#goal, this.#random);
    this.#recorder = new Recorder(this.#goal);
  }

  run(): SwarmRecord {
    const { agents, durationMs, changes, rewireMs } = this.#spec;
    this.#join(agents);
    this.#list();
    for (const change of changes) this.#queue.push(change.atMs * milli, { kind: "change", change });
    this.#queue.push(0, { kind: "sample" });
    if (rewireMs > 0) this.#queue.push(rewireMs * milli, { kind: "rewire" });
    const endNs = durationMs * milli;
    while (this.#queue.nextAtNs() <= endNs) {
      this.#nowNs = this.#queue.nextAtNs();
      const event = this.#queue.pop();
      if (event === undefined) break;
      this.#recorder.events++;
      this.#handle(event);
    }
    this.#nowNs = endNs;
    return this.#recorder.record(durationMs, this.#phasesOf(this.#roster.honest()));
  }

  #handle(event: SimulatedEvent): void {
    switch (event.kind) {
      case "tick":
        this.#tick(event.agent, event.forNs);
        return;
      case "frame":
        this.#deliver(event);
        return;
      case "sample":
        this.#sample();
        return;
      case "rewire":
        this.#epoch++;
        this.#tellAll();
        this.#queue.push(this.#nowNs + this.#spec.rewireMs * milli, event);
        return;
      case "change":
        this.#change(event.change);
        return;
      case "list":
        this.#list();
        return;
      case "tell":
        this.#tell(event);
    }
  }

  #join(count: number): readonly SimulatedAgent[] {
    const joined = this.#roster.join(count, this.#nowNs);
    for (const agent of joined) this.#arm(agent);
    return joined;
  }

  #change({ crash = 0, join = 0 }: Change): void {
    const crashed = this.#roster.crash(crash);
    if (crashed > 0) this.#queue.push(this.#nowNs + this.#spec.detectMs * milli, { kind: "list" });
    if (join === 0) return;
    // A join is listed at once; the dead only once they are found out.
    this.#listed = [...this.#listed, ...this.#join(join)];
    this.#publish();
  }

  /** The registry lists who is alive now. */
  #list(): void {
    this.#listed = this.#roster.alive();
    this.#publish();
  }

  #publish(): void {
    this.#membershipVersion++;
    this.#tellAll();
  }

  /** A membership version reaches each agent in its own time; its plan begins when all are sure to have it. */
  #tellAll(): void {
    const { registryMs, neighbours, compensation } = this.#spec;
    const members = this.#listed;
    const overlay = createOverlay(
      members.map(({ agentId }) => agentId),
      neighbours,
      this.#epoch,
    );
    const counts = members
      .filter(({ alive, state }) => alive && state.lineage !== undefined)
      .map((agent) => cycleAt(agent.state.oscillator, this.#local(agent)));
    const cycle = medianOf(counts);
    const periodMs = this.#goal.periodNs / milli;
    const effectiveBeat = cycle === undefined ? -Infinity : effectiveBeatOf({ cycle, periodMs });
    const plan = createSlotPlan({ membershipVersion: this.#membershipVersion, effectiveBeat, members });
    const delayNs = (): number => this.#network.delayNs();
    for (const agent of members) {
      if (!agent.alive) continue;
      const agentIds = new Set(overlay.neighboursOf(agent.agentId));
      const links = new Map<number, Link>();
      for (const id of agentIds) {
        const peer = this.#roster.byId(id);
        if (peer === undefined) continue;
        const kept = agent.links.get(peer.index);
        links.set(peer.index, kept ?? createLink(compensation, this.#nowNs, { own: agent, peer, delayNs }));
      }
      const inputs: News[] = [
        { kind: "neighbours", agentIds },
        { kind: "plan", plan },
      ];
      const atNs = this.#nowNs + this.#random.next() * registryMs * milli;
      this.#queue.push(atNs, { kind: "tell", agent, inputs, links });
    }
  }

  #tell({ agent, inputs, links }: Extract<SimulatedEvent, { kind: "tell" }>): void {
    if (!agent.alive) return;
    agent.links = links;
    for (const input of inputs) this.#step(agent, { ...input, nowNs: this.#local(agent) });
  }

  #tick(agent: SimulatedAgent, forNs: number): void {
    if (!agent.alive || agent.tickAtNs !== forNs) return;
    agent.tickAtNs = Infinity;
    // A nanosecond late: rounding must not wake an agent just before its own instant.
    const nowNs = this.#local(agent) + 1;
    if (nextTickNs(agent.state) <= nowNs)
      this.#step(agent, { kind: "tick", nowNs, unixMs: epochUnixMs + this.#nowNs / milli });
    else this.#arm(agent);
  }

  #step(agent: SimulatedAgent, input: RhythmInput): void {
    for (const effect of step(agent, input)) this.#carryOut(agent, effect);
    this.#arm(agent);
  }

  /** Keeps a tick in the queue for when the machine wants one; one that comes too early only looks again. */
  #arm(agent: SimulatedAgent): void {
    const atNs = Math.max(this.#nowNs, globalNs(agent, nextTickNs(agent.state)));
    if (atNs >= agent.tickAtNs) return;
    agent.tickAtNs = atNs;
    this.#queue.push(atNs, { kind: "tick", agent, forNs: atNs });
  }

  #carryOut(agent: SimulatedAgent, effect: RhythmEffect): void {
    const atMs = this.#nowNs / milli;
    switch (effect.kind) {
      case "fire":
        if (!agent.lies) this.#recorder.fired(effect.beat, atMs, effect.offsetNs / agent.rate / milli, agent.lastFired);
        agent.lastFired = effect.beat;
        return;
      case "skip":
        if (!agent.lies) this.#recorder.skipped(effect.toBeat - effect.fromBeat + 1);
        if (agent.lastFired !== undefined) agent.lastFired = effect.toBeat;
        return;
      case "announce":
        this.#announce(agent);
        return;
      case "founded":
        this.#recorder.foundedMs ??= atMs;
        return;
      case "strategy":
        this.#recorder.switched(atMs, effect);
        return;
      case "adopted":
      case "goal":
        return;
    }
  }

  #announce(from: SimulatedAgent): void {
    const sentNs = this.#local(from);
    const { lineage, goal, temperament } = from.state;
    const cycle = ownCycleAt(from.state, sentNs);
    const { agentId } = from;
    const honest = {
      agentId,
      cycle,
      offsetCycles: offsetCyclesOf(from.state),
      lineage,
      goal,
      influence: temperament.influence,
    };
    for (const [index, link] of from.links) {
      const to = this.#roster.at(index);
      if (to === undefined) continue;
      this.#recorder.sent++;
      if (!to.alive || this.#network.loses(from, to, this.#nowNs)) {
        this.#recorder.lost++;
        continue;
      }
      const sample = from.lies ? { ...honest, cycle: cycle + this.#network.lie(to, this.#nowNs) } : honest;
      const atNs = this.#nowNs + this.#network.delayNs();
      this.#queue.push(atNs, { kind: "frame", from, to, sentNs, echo: link.heard, sample });
    }
  }

  #deliver({ from, to, sentNs, echo, sample }: Frame): void {
    if (!to.alive) return;
    const link = to.links.get(from.index);
    // A stream that this agent does not keep any more, or not yet.
    if (link === undefined) return;
    const nowNs = this.#local(to);
    link.heard = { sentNs, receivedNs: nowNs };
    if (echo !== undefined) link.filter.add({ t1: echo.sentNs, t2: echo.receivedNs, t3: sentNs, t4: nowNs });
    const offsetNs = link.filter.offsetNs() ?? 0;
    const atNs = this.#spec.compensation === "none" ? nowNs : sentNs - offsetNs;
    this.#step(to, { kind: "sample", nowNs, sample: { ...sample, atNs } });
  }

  #sample(): void {
    const honest = this.#roster.honest();
    let [least, most] = [Infinity, -Infinity];
    for (const agent of honest) {
      const cycle = cycleAt(agent.state.oscillator, this.#local(agent));
      least = Math.min(least, cycle);
      most = Math.max(most, cycle);
    }
    const parts = this.#network.partsAt(this.#nowNs, honest).map((part) => this.#phasesOf(part));
    const apartMs = ((most - least) * this.#goal.periodNs) / milli;
    this.#recorder.sample(this.#nowNs / milli, this.#phasesOf(honest), apartMs, parts);
    this.#queue.push(this.#nowNs + this.#spec.sampleMs * milli, { kind: "sample" });
  }

  #phasesOf(agents: readonly SimulatedAgent[]): number[] {
    return agents.map((agent) => phaseOfCycle(ownCycleAt(agent.state, this.#local(agent))));
  }

  #local(agent: SimulatedAgent): number {
    return localNs(agent, this.#nowNs);
  }
}
