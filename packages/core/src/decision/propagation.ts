/**
 * How approved actions are propagated: the part of the policy that says by when they are to be carried out, and by how many. A
 * policy without it propagates nothing: then who meets an incident acts on the decision by itself.
 */
import { EntrainError } from "@entrain/kernel";

/** How an action that the swarm has approved goes to its members. */
export interface Propagation {
  /** From the commit to the instant by which the action is to be carried out, ms (default 10,000). */
  readonly deadlineMs: number;
  /** The least share of targets that have to carry it out in time, 0..1 (default swarm 0.9, fleet 0.95). */
  readonly complianceMin: { readonly swarm: number; readonly fleet: number };
}

/** Who is to carry a decision's action out; stands in the decision, so that whoever knows that knows all of it. */
export interface DirectiveTerms {
  readonly scope: keyof Propagation["complianceMin"];
  /** The members that were alive when it was proposed. */
  readonly targets: readonly string[];
  /** Members that were missing then: it does not go to them, and they are no part of the share. Absent: none was. */
  readonly missing?: readonly string[];
  readonly deadlineMs: number;
  readonly complianceMin: number;
}

const defaults: Propagation = { deadlineMs: 10_000, complianceMin: { swarm: 0.9, fleet: 0.95 } };
const deadlineMs = { least: 100, most: 3_600_000 };

/**
 * Returns `candidate` with the defaults filled in, without anything else.
 * @throws EntrainError `invalid-argument` that names the field (`policy.propagation.complianceMin.fleet`).
 */
export function checkPropagation(candidate: unknown): Propagation {
  const field = "policy.propagation";
  const given = members(field, candidate, ["deadlineMs", "complianceMin"]);
  const least = members(`${field}.complianceMin`, given["complianceMin"] ?? {}, ["swarm", "fleet"]);
  const complianceMin = { ...defaults.complianceMin, ...least };
  return {
    deadlineMs: duration(`${field}.deadlineMs`, given["deadlineMs"] ?? defaults.deadlineMs),
    complianceMin: {
      swarm: share(`${field}.complianceMin.swarm`, complianceMin.swarm),
      fleet: share(`${field}.complianceMin.fleet`, complianceMin.fleet),
    },
  };
}

function members(field: string, candidate: unknown, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof candidate !== "object" || candidate === null || Array.isArray(candidate))
    throw EntrainError.invalid(field, candidate, "give an object");
  const stranger = Object.keys(candidate).find((name) => !known.includes(name));
  if (stranger !== undefined) throw EntrainError.invalid(`${field}.${stranger}`, stranger, `use ${known.join(", ")}`);
  return { ...candidate };
}

function share(field: string, candidate: unknown): number {
  if (typeof candidate === "number" && candidate > 0 && candidate <= 1) return candidate;
  throw EntrainError.invalid(field, candidate, "choose a number over 0, at most 1");
}

function duration(field: string, candidate: unknown): number {
  const { least, most } = deadlineMs;
  if (typeof candidate === "number" && Number.isInteger(candidate) && candidate >= least && candidate <= most)
    return candidate;
  throw EntrainError.invalid(field, candidate, `choose a whole number of ms from ${least} to ${most}`);
}
