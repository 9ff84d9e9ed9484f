/**
 * The rhythm of one process: drives the rhythm machine of each agent it hosts, from one timer, and exchanges phases with
 * the processes that host their neighbours, one frame per process and tick. Agents of one process tell each other
 * directly.
 *
 * Order of effects: what fires, fires before anything is sent (core/rhythm/rhythm-machine.ts). The plane is peer to peer and goes
 * on when the store is away (M1): the overlay then stays as it was last known.
 */
import {
  activeStrategy,
  createRhythmState,
  createSlotPlan,
  cycleAt,
  cycleAtUnixMs,
  energyAt,
  isNewerGoal,
  isUpdateNear,
  nextTickNs,
  stepRhythm,
  type GoalRecord,
  type NeighbourSample,
  type RhythmEffect,
  type RhythmInput,
  type RhythmState,
} from "@entrain/core/rhythm";
import { aliveIn, type MembershipView } from "@entrain/core/membership";
import type { BeatCount, Observation, PhaseSample, ReceivedFrame } from "@entrain/ports";
import { createBeatTimer, type BeatTimer } from "./beat-timer.ts";
import { phaseSample } from "./phase-sample.ts";
import { neighbourhoodOf, overlayEpoch } from "./neighbourhood.ts";
import type { HostedAgent, RhythmLoopOptions } from "./rhythm-loop-options.ts";
import { createRouting, type Routing } from "./routing.ts";

interface Hosted {
  readonly incarnation: number;
  state: RhythmState;
  skipped: number;
}

/** A flood through the own process ends by itself, for each agent adopts a lineage once; this is only a bound. */
const floodRoundsMax = 64;

/** The rhythm of a process; nothing happens before the first `add`. */
export class RhythmLoop {
  readonly #options: RhythmLoopOptions;
  readonly #hosted = new Map<string, Hosted>();
  readonly #unsent = new Set<string>();
  readonly #timer: BeatTimer;
  #goal: GoalRecord;
  #routing: Routing;
  #view: MembershipView = { version: 0, members: new Map() };
  #epoch = 0;
  #stopped = false;

  constructor(options: RhythmLoopOptions) {
    const { clock, timers, spin, doze, transport } = options;
    this.#options = options;
    this.#goal = options.goal;
    this.#routing = createRouting(options.processId, [], () => []);
    this.#timer = createBeatTimer({
      ...{ clock, timers, spin, ...(doze && { doze }) },
      wake: () => {
        this.#wake();
      },
    });
    transport.onFrame((received) => {
      this.#receive(received);
    });
  }

  /** Takes an agent in; it listens before it speaks of a time of its own (R4). */
  add({ incarnation, ...agent }: HostedAgent): void {
    const { clock, crowd, strategies: book } = this.#options;
    const { agentId } = agent;
    const goal = this.#goal;
    const cycle = cycleAtUnixMs(goal, clock.unixMs());
    const state = createRhythmState({ ...agent, crowd, goal, nowNs: clock.monoNs(), cycle, ...(book && { book }) });
    this.#hosted.set(agentId, { incarnation, state, skipped: 0 });
    // Version 0 is a guess in place of a goal.
    if (goal.goalVersion > 0) this.#options.events({ kind: "goal.changed", agentId, goal });
    this.#settle();
  }

  remove(agentId: string): void {
    this.#hosted.delete(agentId);
  }

  /** The members to keep step with, the alive ones of a view, and their places from the view's first beat on (R5). */
  setMembers(view: MembershipView): void {
    this.#view = view;
    this.#connect();
    this.setPlaces(view);
    this.#settle();
  }

  /** The places of a view alone: of one that a newer one follows on at once, with a later first beat. */
  setPlaces(view: MembershipView): void {
    // Where the store knew no count the places hold from the next cycle of each agent on.
    const { version: membershipVersion, effectiveBeat = -Infinity } = view;
    const plan = createSlotPlan({ membershipVersion, effectiveBeat, members: aliveIn(view) });
    const nowNs = this.#options.clock.monoNs();
    for (const [agentId, agent] of this.#hosted) this.#apply(agentId, agent, { kind: "plan", nowNs, plan });
  }

  /** Takes a goal in; one that is not newer changes nothing. */
  setGoal(goal: GoalRecord): void {
    if (!isNewerGoal(goal, this.#goal)) return;
    this.#pursue(goal);
    const nowNs = this.#options.clock.monoNs();
    for (const [agentId, agent] of this.#hosted) this.#apply(agentId, agent, { kind: "goal", nowNs, goal });
    this.#settle();
  }

  goal(): GoalRecord {
    return this.#goal;
  }

  /** The store can be reached, or not: while it is away, a plan may miss those who fell silent. */
  setRegistryAway(away: boolean): void {
    const nowNs = this.#options.clock.monoNs();
    for (const [agentId, agent] of this.#hosted) this.#apply(agentId, agent, { kind: "registry", nowNs, away });
  }

  /** The strategy that most hosted agents are at; empty without any. */
  strategy(): string {
    const byName = Map.groupBy(this.#hosted.values(), ({ state }) => activeStrategy(state).name);
    return [...byName].sort(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? "";
  }

  /** True once every hosted agent keeps a lineage. */
  joined(): boolean {
    return this.#hosted.size > 0 && [...this.#hosted.values()].every((agent) => agent.state.lineage !== undefined);
  }

  /** Where the swarm's count of beats stands, by the first hosted agent that keeps a lineage. */
  count(): BeatCount | undefined {
    const { oscillator } = [...this.#hosted.values()].find(({ state }) => state.lineage !== undefined)?.state ?? {};
    const nowNs = this.#options.clock.monoNs();
    return oscillator && { cycle: cycleAt(oscillator, nowNs), periodMs: oscillator.periodNs / 1e6 };
  }

  /** Where the hosted agents stand, and what they have left to move with; true at `atNs` of the clock. */
  standing(): Pick<Observation, "atNs" | "phases" | "energies"> {
    const atNs = this.#options.clock.monoNs();
    const phases = [...this.#hosted.keys()].flatMap((agentId) => this.#sampleOf(agentId, atNs) ?? []);
    const energyOf = ([agentId, { state }]: readonly [string, Hosted]) => {
      return { agentId, energy: energyAt(state.energy, atNs) };
    };
    return { atNs, phases, energies: [...this.#hosted].map(energyOf) };
  }

  /** What a hosted agent knows. */
  stateOf(agentId: string): RhythmState | undefined {
    return this.#hosted.get(agentId)?.state;
  }

  stop(): void {
    this.#stopped = true;
    this.#timer.disarm();
    this.#hosted.clear();
  }

  /** Whom agents listen to depends on whether neighbours are believed. */
  #pursue(goal: GoalRecord): void {
    const { trust } = this.#goal;
    this.#goal = goal;
    if (goal.trust !== trust) this.#connect();
  }

  /** Links every hosted agent with its neighbours among the members of the view. */
  #connect(): void {
    const { crowd, processId, transport, clock, agreedUnixMs } = this.#options;
    const members = aliveIn(this.#view);
    const epoch = (this.#epoch = overlayEpoch(this.#goal.trust, agreedUnixMs()));
    const { neighboursOf } = neighbourhoodOf(members, this.#goal.trust, { batched: crowd > 1, epoch });
    this.#routing = createRouting(processId, members, neighboursOf);
    transport.setPeers(this.#routing.peers);
    const nowNs = clock.monoNs();
    for (const [agentId, agent] of this.#hosted)
      this.#apply(agentId, agent, { kind: "neighbours", nowNs, agentIds: new Set(neighboursOf(agentId)) });
  }

  #wake(): void {
    const nowNs = this.#options.clock.monoNs();
    const unixMs = this.#options.clock.unixMs();
    if (this.#epoch !== overlayEpoch(this.#goal.trust, this.#options.agreedUnixMs())) this.#connect();
    const hosted = [...this.#hosted];
    const early = hosted.some(([, { state }]) => state.updateDueNs <= nowNs);
    for (const [agentId, agent] of hosted)
      if (nextTickNs(agent.state) <= nowNs || (early && isUpdateNear(agent.state, nowNs)))
        this.#apply(agentId, agent, { kind: "tick", nowNs, unixMs, early });
    this.#settle();
  }

  #receive({ processId: voterId, frame, atNs }: ReceivedFrame): void {
    const nowNs = this.#options.clock.monoNs();
    this.#options.onTerm(frame.highestTerm);
    // Whoever says it: who has the newer goal may have other neighbours by it.
    this.setGoal(frame.goal);
    for (const { incarnation: _, ...phase } of frame.samples) {
      const sample: NeighbourSample = { ...phase, voterId, atNs, goal: frame.goal };
      for (const listener of this.#routing.hearersOf(phase.agentId)) {
        const agent = this.#hosted.get(listener);
        if (agent !== undefined) this.#apply(listener, agent, { kind: "sample", nowNs, sample });
      }
    }
    this.#settle();
  }

  #apply(agentId: string, agent: Hosted, input: RhythmInput): void {
    const { state, effects } = stepRhythm(agent.state, input);
    agent.state = state;
    for (const effect of effects) this.#carryOut(agentId, agent, effect);
  }

  #carryOut(agentId: string, agent: Hosted, effect: RhythmEffect): void {
    const { events } = this.#options;
    switch (effect.kind) {
      case "fire":
        this.#fire(agentId, agent, effect);
        return;
      case "skip":
        agent.skipped += effect.toBeat - effect.fromBeat + 1;
        events({ ...effect, kind: "beat.skipped", agentId });
        return;
      case "announce":
        this.#unsent.add(agentId);
        return;
      case "adopted":
        events({ ...effect, kind: "rhythm.adopted", agentId });
        return;
      case "founded":
        events({ ...effect, kind: "rhythm.founded", agentId });
        return;
      case "strategy":
        events({ ...effect, kind: "strategy.switched", agentId });
        return;
      case "goal":
        if (isNewerGoal(effect.goal, this.#goal)) this.#pursue(effect.goal);
        events({ kind: "goal.changed", agentId, goal: effect.goal });
        return;
    }
  }

  #fire(agentId: string, agent: Hosted, effect: Extract<RhythmEffect, { kind: "fire" }>): void {
    const firedNs = this.#options.clock.monoNs();
    const { goalVersion, beat, intendedNs, offsetNs } = effect;
    const { skipped } = agent;
    agent.skipped = 0;
    this.#options.onBeat({ agentId, goalVersion, beat, intendedNs, firedNs, skipped, offsetNs });
    const latenessMs = (firedNs - intendedNs) / 1e6;
    this.#options.events({ kind: "beat.fired", agentId, goalVersion, beat, latenessMs });
  }

  /** Sends what is to be announced and arms the timer. */
  #settle(): void {
    const spoke = new Set<string>();
    for (let round = 0; this.#unsent.size > 0 && round < floodRoundsMax; round++) {
      const speakers = [...this.#unsent];
      this.#unsent.clear();
      for (const agentId of speakers) spoke.add(agentId);
      this.#tellOwn(speakers);
    }
    this.#tellPeers([...spoke]);
    let nextNs = Infinity;
    for (const agent of this.#hosted.values()) nextNs = Math.min(nextNs, nextTickNs(agent.state));
    if (!this.#stopped && nextNs < Infinity) this.#timer.arm(nextNs);
  }

  #tellPeers(speakers: readonly string[]): void {
    const { clock, transport } = this.#options;
    const highestTerm = this.#options.highestTerm();
    // One instant for all: writing many phases takes a while, and the last peer would be told of an older one each time.
    const nowNs = clock.monoNs();
    const spoken = new Map(speakers.map((agentId) => [agentId, this.#sampleOf(agentId, nowNs)]));
    for (const [peer, heard] of this.#routing.listenersOf(speakers)) {
      const samples = heard.flatMap((agentId) => spoken.get(agentId) ?? []);
      transport.send(peer, { goal: this.#goal, highestTerm, samples }, nowNs);
    }
  }

  #tellOwn(speakers: readonly string[]): void {
    const goal = this.#goal;
    for (const speaker of speakers)
      for (const listener of this.#routing.ownListenersOf(speaker)) {
        const nowNs = this.#options.clock.monoNs();
        const sample = this.#sampleOf(speaker, nowNs);
        const agent = this.#hosted.get(listener);
        if (sample === undefined || agent === undefined) continue;
        const { incarnation: _, ...phase } = sample;
        const heard: NeighbourSample = { ...phase, voterId: this.#options.processId, atNs: nowNs, goal };
        this.#apply(listener, agent, { kind: "sample", nowNs, sample: heard });
      }
  }

  #sampleOf(agentId: string, nowNs: number): PhaseSample | undefined {
    const agent = this.#hosted.get(agentId);
    return agent && phaseSample(agentId, agent.incarnation, agent.state, nowNs);
  }
}
