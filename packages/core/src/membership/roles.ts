/**
 * Who has which role, as a machine that the leader drives: samples of everybody's risk go in, changes of roles come out.
 *
 * Intuition. A sample over the one threshold counts against a member, one under the other for it, one between them or none at
 * all for nothing; so lost samples make roles change later, never more often. Several against it in a row bring a member into
 * safe mode; several for it in a row are what it takes to be given more. Who is well keeps what it has: nobody is replaced
 * by somebody better. A way up goes one role at a time, with a wait on each, but a vacant primary's place goes to the best at hand.
 *
 * What it remembers are the rows of samples alone. A new leader begins without, so nobody is raised or brought into safe mode
 * before it has seen for itself; the roles themselves are the store's.
 */
import { compareIds } from "@entrain/kernel";
import type { AgentRole, RolePolicy } from "./role-policy.ts";

/** A member that is alive, at one sample. */
export interface RoleSample {
  readonly agentId: string;
  readonly incarnation: number;
  readonly role: AgentRole;
  /** How long it has had the role, ms of the store's clock; Infinity where it was never given one. */
  readonly heldMs: number;
  /** Probes do not reach it. */
  readonly suspect: boolean;
  /** 0..1; undefined where nothing was heard of it since the last sample. */
  readonly risk: number | undefined;
}

/**
 * Why a role changed. `risk`: it was over the threshold for too long; `recovered`: it is well again; `vacancy`: a place was
 * free; `surplus`: there are more than the policy wants.
 */
export type RoleCause = "risk" | "recovered" | "vacancy" | "surplus";

/** One member's next role. */
export interface RoleChange {
  readonly agentId: string;
  readonly incarnation: number;
  readonly from: AgentRole;
  readonly to: AgentRole;
  readonly cause: RoleCause;
}

/** Samples in a row against a member and for it; one of them is 0. */
export interface RoleRow {
  readonly incarnation: number;
  readonly failed: number;
  readonly sound: number;
}

/** By agent id; of those that were alive at the last sample. */
export type RoleRows = ReadonlyMap<string, RoleRow>;

/** A member while its next role is worked out. */
interface Candidate extends RoleSample {
  next: AgentRole;
  cause: RoleCause | undefined;
  readonly row: RoleRow;
}

/** One round of samples in; the rows after it and the changes that are due, in the order of the agents' ids, out. */
export function stepRoles(
  rows: RoleRows,
  samples: readonly RoleSample[],
  policy: RolePolicy,
): { readonly rows: RoleRows; readonly changes: readonly RoleChange[] } {
  const candidates = samples
    .map((sample): Candidate => {
      const row = rowAfter(rows.get(sample.agentId), sample, policy);
      return { ...sample, next: sample.role, cause: undefined, row };
    })
    .sort((a, b) => compareIds(a.agentId, b.agentId));
  for (const candidate of candidates) judge(candidate, policy);
  lower(candidates, "primary", "backup", policy.primaries);
  fill(candidates, "primary", policy.primaries, policy, (one) => placeOfPrimary(one, policy));
  lower(candidates, "backup", "standby", policy.backups);
  fill(candidates, "backup", policy.backups, policy, (one) =>
    one.next === "standby" && one.heldMs >= policy.holdMs ? 0 : undefined,
  );
  return {
    rows: new Map(candidates.map(({ agentId, row }) => [agentId, row])),
    changes: candidates.flatMap(({ agentId, incarnation, role: from, next: to, cause }) =>
      cause === undefined || from === to ? [] : [{ agentId, incarnation, from, to, cause }],
    ),
  };
}

function rowAfter(
  before: RoleRow | undefined,
  { incarnation, risk }: RoleSample,
  { riskMax, riskSound }: RolePolicy,
): RoleRow {
  const row = before?.incarnation === incarnation ? before : { incarnation, failed: 0, sound: 0 };
  if (risk === undefined) return row;
  return {
    incarnation,
    failed: risk > riskMax ? row.failed + 1 : 0,
    sound: risk <= riskSound ? row.sound + 1 : 0,
  };
}

/** What its own samples say of it. */
function judge(candidate: Candidate, { failedSamples, soundSamples, holdMs }: RolePolicy): void {
  const { role, row, heldMs } = candidate;
  if (role !== "safe-mode" && row.failed >= failedSamples) set(candidate, "safe-mode", "risk");
  if (role === "safe-mode" && row.sound >= soundSamples && heldMs >= holdMs) set(candidate, "standby", "recovered");
}

/** Those who have a role that fewer are to have: who has it longest keeps it. */
function lower(candidates: readonly Candidate[], role: AgentRole, to: AgentRole, wanted: number): void {
  const holders = candidates.filter(({ next }) => next === role).sort((a, b) => b.heldMs - a.heldMs);
  for (const candidate of holders.slice(wanted)) set(candidate, to, "surplus");
}

/** Gives a role's vacant places to those that are well, the lowest places of `rank` first; it is undefined for who may not. */
function fill(
  candidates: readonly Candidate[],
  role: AgentRole,
  wanted: number,
  { soundSamples }: RolePolicy,
  rank: (candidate: Candidate) => number | undefined,
): void {
  const vacant = wanted - candidates.filter(({ next }) => next === role).length;
  if (vacant <= 0) return;
  const isWell = ({ suspect, row, cause }: Candidate): boolean =>
    !suspect && row.sound >= soundSamples && cause === undefined;
  const eligible = candidates
    .filter((candidate) => isWell(candidate) && rank(candidate) !== undefined)
    .sort((a, b) => (rank(a) ?? 0) - (rank(b) ?? 0));
  for (const candidate of eligible.slice(0, vacant)) set(candidate, role, "vacancy");
}

/** A backup first, then who has waited long enough, then whoever is well. */
function placeOfPrimary({ next, heldMs }: Candidate, { holdMs }: RolePolicy): number | undefined {
  if (next === "backup") return 0;
  if (next !== "standby") return undefined;
  return heldMs >= holdMs ? 1 : 2;
}

function set(candidate: Candidate, next: AgentRole, cause: RoleCause): void {
  candidate.next = next;
  candidate.cause = cause;
}
