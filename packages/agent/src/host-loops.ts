/**
 * What runs while a host is started: the gRPC server and the phase transport, once for all agents of the process, and the
 * loops of rhythm, membership and election wired to them. Opening listens, because the address must be known; nothing
 * beats, registers or stands for election until the host says so.
 */
import { availableParallelism } from "node:os";
import { createRandom } from "@entrain/kernel";
import type { GoalRecord } from "@entrain/core/rhythm";
import type { AgentRole, MemberRecord, MembershipView } from "@entrain/core/membership";
import type { AgentProcess, Clock, EventSink, FiredBeat } from "@entrain/ports";
import type { RedisStore } from "@entrain/redis";
import {
  createMemberProbe,
  createMessageLinks,
  createPhaseTransport,
  createRpcServer,
  formatAddress,
  probeAddress,
  type RpcMessageLinks,
  type RpcPhaseTransport,
  type RpcServer,
} from "@entrain/rpc";
import {
  ElectionLoop,
  FailureDetector,
  MembershipLoop,
  RhythmLoop,
  RoleKeeper,
  Succession,
  createRolePolicyInUse,
  doze,
  systemTimers,
  type ContextFollower,
  type LeaderView,
} from "@entrain/runtime";
import type { ResolvedHostOptions } from "./agent-options.ts";
import type { HealthProbe } from "./health-probe.ts";
import { createOwnRoles } from "./own-roles.ts";

/** The loops of one process and what they talk through. */
export interface HostLoops {
  readonly server: RpcServer;
  readonly transport: RpcPhaseTransport;
  readonly messages: RpcMessageLinks;
  readonly rhythm: RhythmLoop;
  readonly membership: MembershipLoop;
  readonly election: ElectionLoop;
  readonly succession: Succession;
  /** What the leader has made an own agent; undefined before it is known. */
  roleOf(agentId: string): AgentRole | undefined;
  /** Stands for election, and does what is the leader's to do while it leads. */
  stand(): void;
  /** Watches the others no more, and leaves the swarm. */
  leave(): Promise<void>;
}

/** What they need of the host. */
export interface HostLoopsOptions {
  readonly options: ResolvedHostOptions;
  readonly incarnation: number;
  readonly clock: Clock;
  readonly store: RedisStore;
  readonly events: EventSink;
  readonly agentProcess: AgentProcess;
  readonly goal: GoalRecord;
  /** The shared document. */
  readonly context: Pick<ContextFollower, "current">;
  /** How well the process is. */
  readonly probe: Pick<HealthProbe, "score" | "risk" | "loopDelayMs" | "load">;
  /** What the first agent claims tasks for. */
  readonly capabilities: () => readonly string[];
  readonly onBeat: (beat: FiredBeat) => void;
  readonly onMembers: () => void;
  readonly onLeader: (leader: LeaderView) => void;
  readonly onSuperseded: (agentId: string) => void;
  readonly onRole: (agentId: string, role: AgentRole) => void;
}

/**
 * Listens, and wires the loops.
 * @throws EntrainError `invalid-config` where the address or the certificates do not do.
 */
export async function openHostLoops(surroundings: HostLoopsOptions): Promise<HostLoops> {
  const { options, clock, events, agentProcess } = surroundings;
  const { swarmId, processId, listen, insecure, tls } = options;
  const transport = createPhaseTransport({
    ...{ swarmId, processId, insecure, tls, clock, events },
    onPeerLost: (lostId) => {
      detector.doubt(lostId);
      const { leaderId } = election.leader();
      if (leaderId !== null && membership.view().members.get(leaderId)?.processId === lostId)
        succession.suspectLeader();
    },
  });
  const detector = createDetector(surroundings);
  const ownRoles = createOwnRoles({ ...surroundings, agentIds: options.agentIds });
  transport.onFrame(({ processId: heardId }) => {
    detector.heard(heardId);
  });
  const messages = createMessageLinks({ swarmId, processId, insecure, tls, clock, events });
  const server = await createRpcServer({
    listen,
    swarmId,
    processId,
    insecure,
    tls,
    clock,
    events,
    phase: transport,
    messages,
    agentProcess,
    probeHelper: detector,
  });
  const election: ElectionLoop = createElection(surroundings, (leader) => {
    succession.leaderIs(leader);
  });
  const succession: Succession = createSuccession(surroundings, election, detector, () => membership);
  // Asked before every beat, so it is worked out once a view.
  let coresToSpin = false;
  const spin = (): boolean => (options.spin === "auto" ? coresToSpin : options.spin === "on");
  const rhythm: RhythmLoop = createRhythm(surroundings, transport, election, spin);
  const membership: MembershipLoop = createMembership(surroundings, server.address, rhythm, (view) => {
    detector.setView(view);
    roles.setView(view);
    ownRoles.setView(view);
    coresToSpin = hasCoresToSpin(options.host, membership.alive());
    messages.setPeers(new Map(membership.alive().map(({ processId: id, address }) => [id, { address }])));
  });
  const roles = createRoles(surroundings, election);
  const stand = (): void => {
    election.start();
    roles.start();
  };
  const leave = (): Promise<void> => {
    roles.stop();
    detector.stop();
    return membership.stop();
  };
  const { roleOf } = ownRoles;
  return { server, transport, messages, rhythm, membership, election, succession, roleOf, stand, leave };
}

function createRhythm(
  { options, clock, store, events, goal, onBeat }: HostLoopsOptions,
  transport: RpcPhaseTransport,
  election: ElectionLoop,
  spin: () => boolean,
): RhythmLoop {
  return new RhythmLoop({
    clock,
    timers: systemTimers,
    transport,
    events,
    processId: options.processId,
    goal,
    strategies: options.rhythm.book,
    crowd: options.agentIds.length,
    spin,
    doze,
    agreedUnixMs: () => store.unixMs() ?? clock.unixMs(),
    highestTerm: () => election.highestTerm(),
    onTerm: (term) => {
      election.sawTerm(term);
    },
    onBeat,
  });
}

/** Stopping it gives the probes' connections up. */
function createDetector({ options, incarnation, clock, store, events, probe }: HostLoopsOptions): FailureDetector {
  const { swarmId, processId, insecure, tls } = options;
  return new FailureDetector({
    ...{ store: store.suspicions, clock, timers: systemTimers, events, processId, incarnation },
    loopDelayMs: () => probe.loopDelayMs(),
    probe: createMemberProbe({ swarmId, insecure, tls }),
    random: createRandom(`probes of ${processId}`),
    agentId: candidateOf(options),
  });
}

function createRoles({ store, context, events }: HostLoopsOptions, election: ElectionLoop): RoleKeeper {
  return new RoleKeeper({
    ...{ store: store.roles, timers: systemTimers, events },
    leadership: () => election.leadership(),
    policy: createRolePolicyInUse(context, events),
  });
}

function createMembership(
  surroundings: HostLoopsOptions,
  listensAt: string,
  rhythm: RhythmLoop,
  onChange: (view: MembershipView) => void,
): MembershipLoop {
  const { options, incarnation, clock, store, events, probe, capabilities, onMembers, onSuperseded } = surroundings;
  const { agentIds, processId, host, advertise, opsUrl } = options;
  const address = advertise === undefined ? listensAt : formatAddress(advertise);
  const offer = { incarnation, processId, host, pid: process.pid, address, opsUrl, health: 1 };
  return new MembershipLoop({
    registry: store.registry,
    clock,
    timers: systemTimers,
    events,
    timings: options.membership,
    offers: agentIds.map((agentId) => ({ ...offer, agentId })),
    takeOver: options.duplicateId === "take-over",
    healthOf: () => probe.score(),
    riskOf: (agentId) => probe.risk(agentId),
    load: () => probe.load(),
    capabilitiesOf: (agentId) => (agentId === candidateOf(options) ? capabilities() : []),
    count: () => rhythm.count(),
    onPlaces: (view) => {
      rhythm.setPlaces(view);
    },
    onView: (view) => {
      rhythm.setMembers(view);
      onChange(view);
      onMembers();
    },
    onSuperseded: (agentId) => {
      rhythm.remove(agentId);
      onSuperseded(agentId);
    },
  });
}

/** One candidate a process: a crash takes all of its agents, so more would not make leadership any safer. */
function createElection(
  { options, incarnation, clock, store, events, onLeader }: HostLoopsOptions,
  leaderIs: (leader: LeaderView) => void,
): ElectionLoop {
  return new ElectionLoop({
    store: store.election(),
    clock,
    timers: systemTimers,
    events,
    timings: options.election,
    agentId: candidateOf(options),
    incarnation,
    onLeader: (leader) => {
      leaderIs(leader);
      onLeader(leader);
    },
  });
}

/** All effects of the swarm's own leadership are fenced, so it may be succeeded before its lease ends (L5). */
function createSuccession(
  { options, incarnation, clock, store, events }: HostLoopsOptions,
  election: ElectionLoop,
  detector: FailureDetector,
  membership: () => MembershipLoop,
): Succession {
  const { requestTimeoutMs } = options.election;
  const memberOf = (agentId: string): MemberRecord | undefined => membership().view().members.get(agentId);
  return new Succession({
    ...{ store: store.succession, clock, timers: systemTimers, events, agentId: candidateOf(options), incarnation },
    leaseMs: options.election.leaseMs,
    highestTerm: () => election.highestTerm(),
    reach: (agentId) => detector.reach(memberOf(agentId)?.processId ?? "", requestTimeoutMs),
    isRefused: async (agentId) =>
      (await probeAddress(memberOf(agentId)?.address ?? "", requestTimeoutMs)) === "refused",
    onGranted: (held, sentMs) => {
      election.tookOver(held, sentMs);
    },
  });
}

/** The agent that stands for election in the name of its process. */
export function candidateOf({ agentIds }: ResolvedHostOptions): string {
  return agentIds[0] ?? "";
}

/** Spinning pays only while fewer processes beat on this host than half its cores. */
function hasCoresToSpin(host: string, alive: readonly MemberRecord[]): boolean {
  const here = new Set(alive.filter((member) => member.host === host).map(({ processId }) => processId));
  return here.size < availableParallelism() / 2;
}
