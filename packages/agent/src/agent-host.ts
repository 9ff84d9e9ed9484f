/**
 * A process that hosts agents: opens the store, the gRPC server and the phase transport once for all of them, and drives
 * their loops.
 *
 * Order at the start: connect, become the newest life of its agents, listen (the address must be known), read the goal,
 * listen to the rhythm, register, stand for election. Order at the end is the reverse, with leadership first, so that the successor need not wait: nobody new
 * is let in, resign, finish what is under way, leave, fall silent, close the server, close the store.
 */
import { createRandom, EntrainError } from "@entrain/kernel";
import type { GoalRecord } from "@entrain/core/rhythm";
import type { Observation, Reading } from "@entrain/core/decision";
import type { DecideOutcome, StoreStatus } from "@entrain/ports";
import type { RedisStore } from "@entrain/redis";
import {
  createObservationHub,
  createSystemClock,
  systemTimers,
  type BudgetDesk,
  type LeaderView,
  type ObservationHub,
  type RateDesk,
} from "@entrain/runtime";
import { resolveHostOptions, type HostOptions, type ResolvedHostOptions } from "./agent-options.ts";
import { beatEvent } from "./beat-event.ts";
import { closeInOrder } from "./close-in-order.ts";
import { createDegradation, type Degradation } from "./degradation.ts";
import { createHealthProbe, type HealthProbe } from "./health-probe.ts";
import { createHostedDecisions, type HostedDecisions, type HostedRequest } from "./hosted-decisions.ts";
import { candidateOf, openHostLoops, type HostLoops } from "./host-loops.ts";
import { createHostContext, type AgentContext, type HostContext } from "./agent-context.ts";
import { createHostWork, type HostWork } from "./agent-work.ts";
import { createHostBudget } from "./host-budget.ts";
import type { AgentHost, HostListeners, Readiness } from "./host-contract.ts";
import { createHostPeers, type HostPeers } from "./host-peers.ts";
import { createHostRates, createHostStore } from "./host-store.ts";
import { createLeases, type Leases } from "./leases.ts";
import { createLifeCycle, unlessEnding, type LifeCycle } from "./life-cycle.ts";
import { newestLife } from "./newest-life.ts";
import { supersededError } from "./superseded-error.ts";
import { createSwarmGoal, type SwarmGoal } from "./swarm-goal.ts";

/**
 * A process with the given agents; no I/O before `start`.
 * @throws EntrainError `invalid-argument` or `invalid-config` that names the option.
 */
export function createAgentHost(
  options: HostOptions,
  agentIds: readonly string[],
  listeners: Partial<HostListeners> = {},
): AgentHost {
  const ignore = (): void => undefined;
  return new Host(resolveHostOptions(options, agentIds), {
    onBeat: ignore,
    onLeader: ignore,
    onDegraded: ignore,
    ...{ onContext: ignore, onEscalation: ignore, onRole: ignore, onSuperseded: ignore },
    ...listeners,
  });
}

class Host implements AgentHost {
  readonly leases: Leases;
  readonly #options: ResolvedHostOptions;
  readonly #listeners: HostListeners;
  readonly #clock = createSystemClock();
  /** Of all its agents; settled by the start, before anything is said in their name. */
  #incarnation = Math.floor(this.#clock.unixMs());
  readonly #store: RedisStore;
  readonly rates: RateDesk;
  readonly peers: HostPeers;
  readonly #goal: SwarmGoal;
  readonly #context: HostContext;
  readonly budget: BudgetDesk;
  readonly work: HostWork;
  readonly #hub: ObservationHub;
  readonly #decisions: HostedDecisions;
  readonly #probe: HealthProbe;
  readonly #degradation: Degradation;
  readonly #life: LifeCycle = createLifeCycle({
    open: (ending) => this.#open(ending),
    close: (drainMs, wasRunning) => this.#close(drainMs, wasRunning),
  });
  #loops: HostLoops | undefined;
  #unwatch: (() => void) | undefined;
  #joined = false;

  constructor(options: ResolvedHostOptions, listeners: HostListeners) {
    this.#options = options;
    this.#listeners = listeners;
    this.#store = createHostStore(options, this.#clock);
    const incarnation = (): number => this.#incarnation;
    this.leases = createLeases({ options, incarnation, store: this.#store, life: this.#life });
    this.#degradation = createDegradation(listeners.onDegraded);
    this.#context = createHostContext(options, { store: this.#store, clock: this.#clock });
    this.#context.onNews(listeners.onContext);
    this.rates = createHostRates(options, this.#store, this.#context.follower, this.#clock);
    this.budget = createHostBudget(options, this.#store, this.#clock);
    this.work = createHostWork({
      ...{ options, store: this.#store, clock: this.#clock, budget: this.budget },
      context: this.#context.document,
      isLeader: () => this.#loops?.election.leadership() !== undefined,
      onEscalation: listeners.onEscalation,
      onOffer: () => this.#loops?.membership.reoffer(),
    });
    this.peers = createHostPeers({
      ...{ options, incarnation, store: this.#store, clock: this.#clock },
      loops: () => this.#loops,
    });
    this.#goal = createSwarmGoal({
      goals: this.#store.goals,
      clock: this.#clock,
      timers: systemTimers,
      random: createRandom(options.processId),
      founding: options.rhythm.goal,
      carried: () => this.goal(),
      onGoal: (goal) => this.#loops?.rhythm.setGoal(goal),
    });
    this.#hub = createObservationHub({
      timers: systemTimers,
      standing: () => this.#loops?.rhythm.standing() ?? { atNs: this.#clock.monoNs(), phases: [], energies: [] },
      goal: () => this.goal(),
      strategy: () => (this.#loops?.rhythm.joined() === true ? this.#loops.rhythm.strategy() : ""),
    });
    this.#decisions = createHostedDecisions({
      ...{ options, incarnation, clock: this.#clock, store: this.#store, votes: this.peers.votes },
      context: this.#context.follower,
      events: options.events,
      ...{ hub: this.#hub, roleOf: (agentId: string) => this.#loops?.roleOf(agentId) },
      leadershipOf: (agentId) => (this.#isCandidate(agentId) ? this.#loops?.election.leadership() : undefined),
      onDecided: (agentId, outcome, own) => {
        this.#probe.decided(agentId, outcome, own);
      },
    });
    this.#probe = createHealthProbe({
      clock: this.#clock,
      maxAgeMs: options.membership.heartbeatMs / 2,
      reasonerFailureRate: () => this.#decisions.reasonerFailureRate(),
    });
  }

  get context(): AgentContext {
    return this.#context.context;
  }

  start(timeoutMs: number): Promise<void> {
    return this.#life.start(timeoutMs);
  }

  goal(): GoalRecord | undefined {
    return this.#loops?.rhythm.goal();
  }

  leader(): LeaderView {
    return this.#loops?.election.leader() ?? { leaderId: null, term: 0 };
  }

  observe(reading: Reading): Observation {
    return this.#decisions.observe(reading);
  }

  address(): string | undefined {
    return this.#loops?.server.address;
  }

  readiness(): Readiness {
    if (this.#life.phase() === "ended") return { ok: false, reason: "draining" };
    const { rhythm, membership } = this.#loops ?? {};
    this.#joined ||= rhythm?.joined() === true && membership?.registered() === true;
    return this.#joined ? { ok: true, reason: "joined" } : { ok: false, reason: "has not joined the swarm yet" };
  }

  async decide(request: HostedRequest): Promise<DecideOutcome> {
    const phase = this.#life.phase();
    if (phase === "idle")
      throw new EntrainError("unavailable", "the agent decides once it is started: call start first");
    if (phase === "ended") throw new EntrainError("unavailable", "the agent has stopped: create another one");
    return this.#decisions.decide(request);
  }

  stop(drainMs: number): Promise<void> {
    return this.#life.end(drainMs);
  }

  async #open(ending: AbortSignal): Promise<void> {
    const { agentIds, events, rhythm } = this.#options;
    const { temperament, energy } = rhythm;
    this.#probe.start();
    await this.#unlessAway(ending, this.#connect());
    const loops = await this.#openLoops();
    this.#loops = loops;
    this.#unwatch = this.#store.health.watch((status) => this.#onStore(status));
    this.#onStore(this.#store.health.status());
    await this.#unlessAway(ending, this.#goal.read());
    for (const agentId of agentIds) loops.rhythm.add({ agentId, incarnation: this.#incarnation, temperament, energy });
    loops.rhythm.setRegistryAway(!this.#store.health.status().up);
    this.#context.start();
    await unlessEnding(ending, this.#decisions.start());
    await this.#unlessAway(ending, loops.membership.start());
    loops.stand();
    this.work.start();
    this.peers.schedules.start();
    this.peers.votes.start();
    this.peers.bus.start(loops.messages);
    loops.server.setHealthy(true);
    for (const agentId of agentIds) events({ kind: "agent.started", agentId, incarnation: this.#incarnation });
  }

  async #connect(): Promise<void> {
    await this.#store.connect();
    this.#incarnation = await newestLife(this.#store.registry, this.#options.agentIds, this.#incarnation);
  }

  /** What the start asks of the store; where that is away and not required, the start goes on, degraded. */
  async #unlessAway(ending: AbortSignal, work: Promise<void>): Promise<void> {
    try {
      await unlessEnding(ending, work);
    } catch (thrown) {
      const error = EntrainError.from(thrown, "store-unavailable");
      if (ending.aborted || this.#options.requireStore || !error.retryable) throw error;
      this.#degradation.see(this.#store.health.status());
    }
  }

  async #close(drainMs: number, wasRunning: boolean): Promise<void> {
    const loops = this.#loops;
    let drained = true;
    this.#unwatch?.();
    this.#goal.stop();
    loops?.server.drain();
    await closeInOrder([
      () => this.leases.close(),
      () => loops?.election.stop(),
      () => this.peers.votes.stop(),
      async () => {
        [drained] = await Promise.all([
          this.#decisions.drain(drainMs),
          this.work.stop(drainMs),
          this.peers.schedules.stop(drainMs),
          this.peers.bus.stop(drainMs),
        ]);
      },
      () => loops?.leave(),
      () => loops?.rhythm.stop(),
      () => Promise.all([loops?.transport.close(), loops?.messages.close()]),
      () => this.#hub.stop(),
      () => this.#probe.stop(),
      () => this.#decisions.stop(),
      () => {
        this.#context.stop();
      },
      () => loops?.server.close({ deadlineMs: Math.min(drainMs, 500) }),
      () => this.rates.stop(),
      () => this.#store.close(),
    ]);
    this.#loops = undefined;
    if (!wasRunning) return;
    for (const agentId of this.#options.agentIds)
      this.#options.events({ kind: "agent.stopped", agentId, incarnation: this.#incarnation, drained });
  }

  #openLoops(): Promise<HostLoops> {
    const { events } = this.#options;
    return openHostLoops({
      ...{ options: this.#options, incarnation: this.#incarnation, clock: this.#clock, store: this.#store, events },
      capabilities: () => this.work.names(),
      agentProcess: {
        observe: (listener) => this.#hub.observe(listener),
        inject: (reading, incidentId) => this.#decisions.decideForAll(reading, incidentId),
        resign: async (agentId) => this.#isCandidate(agentId) && (await this.#loops?.election.resign()) === true,
      },
      ...{ goal: this.#goal.known(), context: this.#context.follower, probe: this.#probe },
      onBeat: (beat) => {
        this.#hub.beat(beat);
        this.#listeners.onBeat(beatEvent(beat, this.#clock));
      },
      onMembers: () => {
        this.peers.schedules.membersChanged();
      },
      onLeader: this.#listeners.onLeader,
      onRole: this.#listeners.onRole,
      onSuperseded: (agentId) => this.#onSuperseded(agentId),
    });
  }

  #isCandidate(agentId: string): boolean {
    return candidateOf(this.#options) === agentId;
  }

  #onSuperseded(agentId: string): void {
    if (this.#life.phase() === "running") this.#listeners.onSuperseded(agentId);
    else this.#life.abandon(supersededError(agentId));
  }

  #onStore(status: StoreStatus): void {
    this.#degradation.see(status);
    this.#loops?.rhythm.setRegistryAway(!status.up);
    if (status.up) this.#goal.follow();
  }
}
