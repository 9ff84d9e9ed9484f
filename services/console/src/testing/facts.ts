/**
 * Facts for tests: members, observations, decisions as the store and the agents' processes would tell them. Instants are
 * seconds of a made-up monotonic clock that began at `epochUnixMs`.
 */
import type { Act, Decision } from "@entrain/core/decision";
import type { LeaderRecord } from "@entrain/core/election";
import type { MemberRecord, MembershipView } from "@entrain/core/membership";
import type { GoalRecord } from "@entrain/core/rhythm";
import type { FiredBeat, Observation, PhaseSample } from "@entrain/ports";
import type { Instant } from "../swarm-model/instant.ts";

/** Wall clock at monotonic 0. */
export const epochUnixMs = 1_700_000_000_000;

/** The instant `seconds` after the beginning. */
export function at(seconds: number): Instant {
  return { monoNs: seconds * 1e9, unixMs: epochUnixMs + seconds * 1e3 };
}

/** An alive member in a process of its own. */
export function memberOf(agentId: string, changes: Partial<MemberRecord> = {}): MemberRecord {
  return {
    agentId,
    incarnation: 1,
    state: "alive",
    processId: `p-${agentId}`,
    host: "host-1",
    pid: 100,
    address: "127.0.0.1:50051",
    opsUrl: "http://127.0.0.1:9100",
    health: 1,
    joinedAtMs: epochUnixMs,
    changedAtMs: epochUnixMs,
    ...changes,
  };
}

/** A snapshot of the registry. */
export function viewOf(version: number, ...members: readonly MemberRecord[]): MembershipView {
  return { version, members: new Map(members.map((member) => [member.agentId, member])) };
}

/** A goal with a period of one second, in effect from the beginning. */
export function goalOf(changes: Partial<GoalRecord> = {}): GoalRecord {
  return {
    goalVersion: 1,
    kind: "sync",
    periodNs: 1e9,
    anchorUnixMs: epochUnixMs,
    anchorBeat: 0,
    effectiveBeat: 0,
    ...changes,
  };
}

/** One agent's phase in an observation. */
export function sampleOf(agentId: string, cycle: number, changes: Partial<PhaseSample> = {}): PhaseSample {
  return { agentId, incarnation: 1, cycle, lineage: { epochUnixMs, founderId: "a" }, ...changes };
}

/** An observation at `seconds`, of nothing but what is given. */
export function observationOf(seconds: number, changes: Partial<Observation> = {}): Observation {
  return {
    atNs: seconds * 1e9,
    goal: goalOf(),
    strategy: "reference",
    phases: [],
    energies: [],
    beats: [],
    acts: [],
    ...changes,
  };
}

/** A firing at `seconds`, on time. */
export function beatOf(agentId: string, beat: number, seconds: number, changes: Partial<FiredBeat> = {}): FiredBeat {
  const firedNs = seconds * 1e9;
  return { agentId, goalVersion: 1, beat, intendedNs: firedNs, firedNs, skipped: 0, ...changes };
}

/** A committed decision. */
export function decisionOf(decisionId: string, changes: Partial<Decision> = {}): Decision {
  return {
    decisionId,
    incidentId: `incident-of-${decisionId}`,
    type: "ANOMALY_RESPONSE",
    action: "throttle",
    confidence: 0.9,
    reasoning: "temperature at or over 80 °C",
    term: 1_700_000_000_001,
    contextVersion: 3,
    policyHash: "ab12",
    input: { reading: { temperature: 85 }, health: 1, safeMode: false, contextVersion: 3, policyHash: "ab12" },
    inputHash: "cd34",
    committedBy: "a",
    committedAtMs: epochUnixMs,
    ...changes,
  };
}

/** An act on a decision. */
export function actOf(agentId: string, decision: Decision, changes: Partial<Act> = {}): Act {
  const { incidentId, decisionId, action } = decision;
  return { agentId, incidentId, decisionId, action, source: "adopted", atMs: epochUnixMs + 5, ...changes };
}

/** A leader record. */
export function leaderOf(agentId: string, term: number): LeaderRecord {
  return { agentId, incarnation: 1, term, generation: 1, leaseUntilMs: epochUnixMs + 2_000, remainingMs: 2_000 };
}
