/**
 * A process that hosts agents: opens the store, the gRPC server and the phase transport once for all of them, and drives
 * their loops.
 *
 * Order at the start: listen (the address must be known), connect, read the goal, listen to the rhythm, register, stand
 * for election. Order at the end is the reverse, with leadership first, so that the successor need not wait: resign,
 * finish what is under way, leave, fall silent, close the server, close the store.
 */
import { availableParallelism } from "node:os";
import { EntrainError } from "@entrain/kernel";
import { initialGoal, isNewerGoal, type GoalRecord } from "@entrain/core/rhythm";
import type { Act, Fingerprint, Reading } from "@entrain/core/decision";
import type { AgentProcess, DecideOutcome, DecideRequest, EventSink, FiredBeat, StoreStatus } from "@entrain/ports";
import { createRedisStore, type RedisStore } from "@entrain/redis";
import { createPhaseTransport, createRpcServer, type RpcPhaseTransport, type RpcServer } from "@entrain/rpc";
import {
  createActRecorder,
  createObservationHub,
  createSystemClock,
  ElectionLoop,
  MembershipLoop,
  RhythmLoop,
  systemTimers,
  type ActRecorder,
  type LeaderView,
  type ObservationHub,
} from "@entrain/runtime";
import type { BeatEvent, DegradedEvent } from "./agent-emitter.ts";
import { resolveHostOptions, type HostOptions, type ResolvedHostOptions } from "./agent-options.ts";
import { createDecisionPath, type DecisionPath } from "./decision-path.ts";
import { createHealthProbe, type HealthProbe } from "./health-probe.ts";

/** What a host tells its owner. */
export interface HostListeners {
  readonly onBeat: (beat: BeatEvent) => void;
  readonly onLeader: (leader: LeaderView) => void;
  readonly onDegraded: (event: DegradedEvent) => void;
  readonly onSuperseded: (agentId: string) => void;
}

/** Whether the process may be sent work, and why not. */
export interface Readiness {
  readonly ok: boolean;
  readonly reason: string;
}

/** What runs while the host is started. */
interface Running {
  readonly server: RpcServer;
  readonly transport: RpcPhaseTransport;
  readonly rhythm: RhythmLoop;
  readonly membership: MembershipLoop;
  readonly election: ElectionLoop;
}

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
  return new AgentHost(resolveHostOptions(options, agentIds), {
    onBeat: ignore,
    onLeader: ignore,
    onDegraded: ignore,
    onSuperseded: ignore,
    ...listeners,
  });
}

/** A process's agents. */
export class AgentHost {
  readonly #options: ResolvedHostOptions;
  readonly #listeners: HostListeners;
  readonly #clock = createSystemClock();
  readonly #store: RedisStore;
  readonly #path: DecisionPath;
  readonly #recorder: ActRecorder;
  readonly #hub: ObservationHub;
  readonly #probe: HealthProbe = createHealthProbe();
  readonly #events: EventSink;
  readonly #incarnation: number;
  #goal: GoalRecord;
  #running: Running | undefined;
  #starting: Promise<void> | undefined;
  #health = { score: 1, atMs: -Infinity };
  #joined = false;
  #draining = false;

  constructor(options: ResolvedHostOptions, listeners: HostListeners) {
    const { events, goal } = options;
    const unixMs = this.#clock.unixMs();
    this.#options = options;
    this.#listeners = listeners;
    this.#events = events;
    this.#incarnation = Math.floor(unixMs);
    // Provisional until the store or a peer names the swarm's goal: version 0 yields to any.
    this.#goal = { ...initialGoal(goal.kind, goal.periodMs, unixMs), goalVersion: 0 };
    this.#store = createRedisStore({
      redis: options.redis,
      swarmId: options.swarmId,
      requestTimeoutMs: options.storeTimeoutMs,
      clock: this.#clock,
      timers: systemTimers,
      events,
      recoveryWindowMs: options.election.leaseMs,
      membership: options.membership,
    });
    this.#recorder = createActRecorder({ ledger: this.#store.ledger, timers: systemTimers, events });
    this.#path = createDecisionPath({ options, clock: this.#clock, store: this.#store, events });
    this.#hub = createObservationHub({
      timers: systemTimers,
      phases: () => this.#running?.rhythm.phases() ?? { atNs: this.#clock.monoNs(), phases: [] },
      goal: () => this.goal(),
      strategy: () => (this.#running?.rhythm.joined() === true ? this.#running.rhythm.strategy() : ""),
    });
  }

  /** Starts once; later calls wait for the same start. */
  start(timeoutMs: number): Promise<void> {
    this.#starting ??= withTimeout(this.#start(), timeoutMs);
    return this.#starting;
  }

  goal(): GoalRecord | undefined {
    return this.#running?.rhythm.goal();
  }

  leader(): LeaderView {
    return this.#running?.election.leader() ?? { leaderId: null, term: 0 };
  }

  /** What the rules make of a reading now. */
  classify(reading: Reading): Fingerprint {
    return this.#path.classify(reading);
  }

  /** host:port of the gRPC server; undefined before the start. */
  address(): string | undefined {
    return this.#running?.server.address;
  }

  /** Ready from the first join until draining; losing the store later does not change it (M1). */
  readiness(): Readiness {
    if (this.#draining) return { ok: false, reason: "draining" };
    const { rhythm, membership } = this.#running ?? {};
    this.#joined ||= rhythm?.joined() === true && membership?.registered() === true;
    return this.#joined ? { ok: true, reason: "joined" } : { ok: false, reason: "has not joined the swarm yet" };
  }

  /** Decides in the name of a hosted agent, and records what it will do. */
  async decide(request: Omit<DecideRequest, "incarnation" | "leadership">): Promise<DecideOutcome> {
    const { agentId } = request;
    const leadership = this.#isCandidate(agentId) ? this.#running?.election.leadership() : undefined;
    const outcome = await this.#path.decide({
      ...request,
      incarnation: this.#incarnation,
      ...(leadership === undefined ? {} : { leadership }),
    });
    const { decision, source, latencyMs, contextHit } = outcome;
    const { incidentId, decisionId, action } = decision;
    const act: Act = { agentId, incidentId, decisionId, action, source, atMs: Math.floor(this.#clock.unixMs()) };
    this.#recorder.record(act);
    this.#hub.act({ act, latencyMs, contextHit });
    this.#probe.decided(source !== "safe-alone");
    this.#events({ kind: "decision.acted", agentId, decision, source, latencyMs, contextHit });
    return outcome;
  }

  /** Leaves the swarm and closes everything; bounded by `drainMs` plus the store's deadline. */
  async stop(drainMs: number): Promise<void> {
    this.#draining = true;
    const running = this.#running;
    this.#running = undefined;
    running?.server.setHealthy(false);
    await running?.election.stop();
    await settled(this.#path.drain(), drainMs);
    await settled(this.#recorder.drain(), Math.min(drainMs, this.#options.storeTimeoutMs));
    this.#recorder.stop();
    await running?.membership.stop();
    running?.rhythm.stop();
    await running?.transport.close();
    this.#hub.stop();
    this.#probe.stop();
    await this.#path.stop();
    await running?.server.close({ deadlineMs: Math.min(drainMs, 500) });
    await this.#store.close();
    for (const agentId of this.#options.agentIds)
      this.#events({ kind: "agent.stopped", agentId, incarnation: this.#incarnation, drained: drainMs > 0 });
  }

  async #start(): Promise<void> {
    const { agentIds, requireStore } = this.#options;
    const running = await this.#open();
    this.#running = running;
    this.#store.health.watch((status) => {
      this.#onStore(status);
    });
    try {
      await this.#store.connect();
      await this.#readGoal();
    } catch (thrown) {
      const error = EntrainError.from(thrown, "store-unavailable");
      if (requireStore || !error.retryable) throw await this.#failed(error);
      this.#listeners.onDegraded({ degraded: true, generation: 0 });
    }
    for (const agentId of agentIds) running.rhythm.add({ agentId, incarnation: this.#incarnation });
    await this.#path.start();
    try {
      await running.membership.start();
    } catch (thrown) {
      const error = EntrainError.from(thrown, "store-unavailable");
      if (requireStore || !error.retryable) throw await this.#failed(error);
    }
    running.election.start();
    running.server.setHealthy(true);
    for (const agentId of agentIds) this.#events({ kind: "agent.started", agentId, incarnation: this.#incarnation });
  }

  /** Undoes a start that failed half-way. */
  async #failed(error: EntrainError): Promise<EntrainError> {
    await this.stop(0);
    return error;
  }

  async #open(): Promise<Running> {
    const { swarmId, processId, listen, insecure } = this.#options;
    const transport = createPhaseTransport({ swarmId, processId, insecure, clock: this.#clock, events: this.#events });
    const server = await createRpcServer({
      listen,
      swarmId,
      processId,
      insecure,
      clock: this.#clock,
      events: this.#events,
      phase: transport,
      agentProcess: this.#agentProcess(),
    });
    const election: ElectionLoop = this.#createElection();
    const rhythm = this.#createRhythm(transport, election);
    const membership = this.#createMembership(server.address, rhythm);
    return { server, transport, rhythm, membership, election };
  }

  #createRhythm(transport: Running["transport"], election: ElectionLoop): RhythmLoop {
    const { processId, agentIds } = this.#options;
    return new RhythmLoop({
      clock: this.#clock,
      timers: systemTimers,
      transport,
      events: this.#events,
      processId,
      goal: this.#goal,
      batched: agentIds.length > 1,
      spin: () => this.#spins(),
      highestTerm: () => election.highestTerm(),
      onTerm: (term) => {
        election.sawTerm(term);
      },
      onBeat: (beat) => {
        this.#onBeat(beat);
      },
    });
  }

  #createMembership(address: string, rhythm: RhythmLoop): MembershipLoop {
    const { agentIds, processId, host, advertise, opsUrl, membership: timings } = this.#options;
    const reachedAt = advertise === undefined ? address : `${advertise.host}:${advertise.port}`;
    const loop: MembershipLoop = new MembershipLoop({
      registry: this.#store.registry,
      clock: this.#clock,
      timers: systemTimers,
      events: this.#events,
      timings,
      offers: agentIds.map((agentId) => ({
        agentId,
        incarnation: this.#incarnation,
        processId,
        host,
        pid: process.pid,
        address: reachedAt,
        opsUrl,
        health: 1,
      })),
      healthOf: () => this.#score(),
      onView: () => {
        rhythm.setMembers(loop.alive(), loop.view().version);
      },
      onSuperseded: (agentId) => {
        rhythm.remove(agentId);
        this.#listeners.onSuperseded(agentId);
      },
    });
    return loop;
  }

  #createElection(): ElectionLoop {
    const { agentIds, election: timings } = this.#options;
    return new ElectionLoop({
      store: this.#store.election(),
      clock: this.#clock,
      timers: systemTimers,
      events: this.#events,
      timings,
      agentId: agentIds[0] ?? "",
      incarnation: this.#incarnation,
      onLeader: (leader) => {
        this.#listeners.onLeader(leader);
      },
    });
  }

  #agentProcess(): AgentProcess {
    const { agentIds } = this.#options;
    return {
      observe: (listener) => this.#hub.observe(listener),
      inject: (reading: Reading, incidentId) =>
        Promise.all(
          agentIds.map(async (agentId) => {
            const outcome = await this.decide({
              agentId,
              reading,
              ...(incidentId === undefined ? {} : { incidentId }),
            });
            return { agentId, decision: outcome.decision, source: outcome.source };
          }),
        ),
      resign: async (agentId) => this.#isCandidate(agentId) && (await this.#running?.election.resign()) === true,
    };
  }

  /** One candidate a process: a crash takes all of them, so more would not make leadership any safer. */
  #isCandidate(agentId: string): boolean {
    return this.#options.agentIds[0] === agentId;
  }

  async #readGoal(): Promise<void> {
    const { kind, periodMs } = this.#options.goal;
    const goal = await this.#store.goals.readOrCreate(initialGoal(kind, periodMs, this.#clock.unixMs()));
    if (isNewerGoal(goal, this.#goal)) this.#goal = goal;
    this.#running?.rhythm.setGoal(goal);
  }

  #onStore({ up, generation }: StoreStatus): void {
    this.#listeners.onDegraded({ degraded: !up, generation });
    this.#running?.rhythm.setRegistryAway(!up);
    // A goal that was not read now is read at the store's next return, or comes with a peer's frame.
    if (up) this.#readGoal().catch(() => undefined);
  }

  #onBeat(beat: FiredBeat): void {
    this.#hub.beat(beat);
    const unixNowMs = this.#clock.unixMs();
    const nowNs = this.#clock.monoNs();
    const unixOf = (ns: number): number => unixNowMs - (nowNs - ns) / 1e6;
    const { agentId, goalVersion, beat: n, intendedNs, firedNs, skipped } = beat;
    this.#listeners.onBeat({
      agentId,
      goalVersion,
      beat: n,
      intendedAt: unixOf(intendedNs),
      firedAt: unixOf(firedNs),
      latenessMs: (firedNs - intendedNs) / 1e6,
      skipped,
    });
  }

  #score(): number {
    const nowMs = this.#clock.monoMs();
    if (nowMs - this.#health.atMs >= this.#options.membership.heartbeatMs / 2)
      this.#health = { score: this.#probe.score(this.#path.reasonerFailureRate()), atMs: nowMs };
    return this.#health.score;
  }

  /** Spinning pays only while fewer processes beat on this host than half its cores. */
  #spins(): boolean {
    const { spin, host } = this.#options;
    if (spin !== "auto") return spin === "on";
    const here = this.#running?.membership.alive().filter((member) => member.host === host) ?? [];
    return new Set(here.map(({ processId }) => processId)).size < availableParallelism() / 2;
  }
}

async function withTimeout(work: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new EntrainError("deadline-exceeded", `the start took longer than ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for the work, but no longer than `timeoutMs`; its failure is its own affair. */
async function settled(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  await Promise.race([
    work.catch(() => undefined),
    new Promise<void>((resolve) => {
      setTimeout(resolve, timeoutMs).unref();
    }),
  ]);
}
