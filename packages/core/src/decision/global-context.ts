/** The swarm as one read of the store shows it, and as a reasoner gets to see it. */
import type { LeaderRecord } from "../election/election.ts";
import type { AgentRole } from "../membership/role-policy.ts";
import { quorumOf } from "../vote/tally.ts";

/** What one read of the store tells, atomically. */
export interface GlobalSnapshot {
  readonly leader: LeaderRecord | undefined;
  /** Mean health over everybody who should be there, 0..1; undefined for an empty swarm. */
  readonly health: number | undefined;
  readonly alive: number;
  /** Members that died and still count. */
  readonly missing: number;
  /** How many voters the swarm has, dead ones that nobody has evicted included (M2). */
  readonly voters: number;
  /** Those of them that are dead: they count for the quorum and cannot be part of one. */
  readonly votersDead: number;
  readonly contextVersion: number;
  readonly generation: number;
  /** Ids of the decisions of the last 5 minutes, newest first, at most 20. */
  readonly recentDecisions: readonly string[];
}

/** A snapshot with the instant at which its read was sent, monotonic ms. */
export interface TimedSnapshot {
  readonly snapshot: GlobalSnapshot;
  readonly sentMs: number;
}

/** A quorum is there where `present` is at least `needed`. */
export interface Quorum {
  readonly present: number;
  readonly needed: number;
}

/** The context as a reasoner gets it. */
export interface GlobalContext {
  readonly leaderId: string | null;
  /** 0 where there is no leader. */
  readonly term: number;
  readonly health: number | null;
  /** The least number of voters that is a quorum (M2). */
  readonly quorumSize: number;
  /**
   * Whether a quorum is there, by the voters' record: voters that are alive, and how many a quorum needs. Null where it was
   * never read, or so long ago that it is not believed any more.
   */
  readonly quorum: Quorum | null;
  /** Ids of the decisions of the last 5 minutes, newest first, at most 20. */
  readonly recentDecisions: readonly string[];
  readonly role: "leader" | "follower";
  /** What the leader has made the asking agent; null where nobody has told it yet. */
  readonly assignedRole: AgentRole | null;
  /** Version of the document whose policy is in use; 0 before there is one. */
  readonly contextVersion: number;
  /** SHA-256 of that policy's canonical JSON, hex. */
  readonly policyHash: string;
  /** At most `maxAgeMs` old. */
  readonly fresh: boolean;
  /** How long ago its read was sent, ms; null where there never was one. */
  readonly ageMs: number | null;
  /** When its read was sent, ms of the process's monotonic clock; null where there never was one. */
  readonly cachedAt: number | null;
}

/** What a context is made of; instants and ages in ms of one monotonic clock. */
export interface ContextFacts {
  readonly timed: TimedSnapshot | undefined;
  readonly nowMs: number;
  /** Oldest age that counts as fresh. */
  readonly maxAgeMs: number;
  /** Oldest age at which the health and the quorum are still believed. */
  readonly healthMaxAgeMs: number;
  readonly leads: boolean;
  readonly assignedRole: AgentRole | null;
  readonly contextVersion: number;
  readonly policyHash: string;
  /** The least number of voters that is a quorum, however few there are. */
  readonly votersMin: number;
}

/** The context for these facts. Health and quorum that are too old to be believed are null: unknown. */
export function globalContextOf(facts: ContextFacts): GlobalContext {
  const { timed, nowMs, maxAgeMs, healthMaxAgeMs, leads, assignedRole, contextVersion, policyHash, votersMin } = facts;
  const snapshot = timed?.snapshot;
  const ageMs = timed === undefined ? Infinity : nowMs - timed.sentMs;
  const believed = ageMs <= healthMaxAgeMs ? snapshot : undefined;
  const quorumSize = quorumOf(snapshot?.voters ?? 0, votersMin);
  return {
    leaderId: snapshot?.leader?.agentId ?? null,
    term: snapshot?.leader?.term ?? 0,
    health: believed?.health ?? null,
    quorumSize,
    quorum: believed === undefined ? null : { present: believed.voters - believed.votersDead, needed: quorumSize },
    recentDecisions: snapshot?.recentDecisions ?? [],
    role: leads ? "leader" : "follower",
    assignedRole,
    contextVersion,
    policyHash,
    fresh: ageMs <= maxAgeMs,
    ageMs: timed === undefined ? null : ageMs,
    cachedAt: timed?.sentMs ?? null,
  };
}
