/**
 * What runs while a host is started: the gRPC server and the phase transport, once for all agents of the process, and the
 * loops of rhythm, membership and election wired to them. Opening listens, because the address must be known; nothing
 * beats, registers or stands for election until the host says so.
 */
import { availableParallelism } from "node:os";
import type { GoalRecord } from "@entrain/core/rhythm";
import type { MemberRecord } from "@entrain/core/membership";
import type { AgentProcess, Clock, EventSink, FiredBeat } from "@entrain/ports";
import type { RedisStore } from "@entrain/redis";
import {
  createPhaseTransport,
  createRpcServer,
  formatAddress,
  probeAddress,
  type RpcPhaseTransport,
  type RpcServer,
} from "@entrain/rpc";
import { ElectionLoop, MembershipLoop, RhythmLoop, Succession, systemTimers, type LeaderView } from "@entrain/runtime";
import type { ResolvedHostOptions } from "./agent-options.ts";

/** The loops of one process and what they talk through. */
export interface HostLoops {
  readonly server: RpcServer;
  readonly transport: RpcPhaseTransport;
  readonly rhythm: RhythmLoop;
  readonly membership: MembershipLoop;
  readonly election: ElectionLoop;
  readonly succession: Succession;
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
  /** The process's present health, 0..1. */
  readonly health: () => number;
  readonly onBeat: (beat: FiredBeat) => void;
  readonly onMembers: () => void;
  readonly onLeader: (leader: LeaderView) => void;
  readonly onSuperseded: (agentId: string) => void;
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
      const { leaderId } = election.leader();
      if (leaderId !== null && membership.view().members.get(leaderId)?.processId === lostId)
        succession.suspectLeader();
    },
  });
  const server = await createRpcServer({
    listen,
    swarmId,
    processId,
    insecure,
    tls,
    clock,
    events,
    phase: transport,
    agentProcess,
  });
  const election: ElectionLoop = createElection(surroundings, (leader) => {
    succession.leaderIs(leader);
  });
  const succession: Succession = createSuccession(surroundings, election, () => membership);
  const rhythm: RhythmLoop = createRhythm(surroundings, transport, election, () => membership.alive());
  const membership: MembershipLoop = createMembership(surroundings, server.address, rhythm);
  return { server, transport, rhythm, membership, election, succession };
}

function createRhythm(
  { options, clock, events, goal, onBeat }: HostLoopsOptions,
  transport: RpcPhaseTransport,
  election: ElectionLoop,
  alive: () => readonly MemberRecord[],
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
    spin: () => (options.spin === "auto" ? hasCoresToSpin(options.host, alive()) : options.spin === "on"),
    highestTerm: () => election.highestTerm(),
    onTerm: (term) => {
      election.sawTerm(term);
    },
    onBeat,
  });
}

function createMembership(surroundings: HostLoopsOptions, listensAt: string, rhythm: RhythmLoop): MembershipLoop {
  const { options, incarnation, clock, store, events, health, onMembers, onSuperseded } = surroundings;
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
    healthOf: health,
    count: () => rhythm.count(),
    onPlaces: (view) => {
      rhythm.setPlaces(view);
    },
    onView: (view) => {
      rhythm.setMembers(view);
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
  membership: () => MembershipLoop,
): Succession {
  return new Succession({
    ...{ store: store.succession, clock, timers: systemTimers, events, agentId: candidateOf(options), incarnation },
    leaseMs: options.election.leaseMs,
    highestTerm: () => election.highestTerm(),
    async isRefused(agentId) {
      const address = membership().view().members.get(agentId)?.address ?? "";
      return (await probeAddress(address, options.election.requestTimeoutMs)) === "refused";
    },
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
