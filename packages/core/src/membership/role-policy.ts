/**
 * By what the leader gives the swarm's members their roles: the part `/policy/roles` of the shared document. Two thresholds with
 * room between them, several samples in a row, and a time to wait: together they keep roles from flapping.
 */
import { EntrainError } from "@entrain/kernel";

/**
 * What a member is there for. `primary` does the work that somebody has to do, `backup` is the first to follow it, `standby`
 * the next, and who is in `safe-mode` is to take on as little as it can until it is well again.
 */
export type AgentRole = "primary" | "backup" | "standby" | "safe-mode";

/** All of them. */
export const agentRoles: readonly AgentRole[] = ["primary", "backup", "standby", "safe-mode"];

/** Thresholds and times. */
export interface RolePolicy {
  /** Members that are primary at once, where there are as many well ones. */
  readonly primaries: number;
  readonly backups: number;
  /** From one sample of everybody's risk to the next, ms. */
  readonly sampleMs: number;
  /** A risk over it speaks against a member, 0..1. */
  readonly riskMax: number;
  /** A risk at or under it speaks for a member, 0..1. */
  readonly riskSound: number;
  /** Samples in a row that bring a member into safe mode. */
  readonly failedSamples: number;
  /** Samples in a row after which a member may be given more to do. */
  readonly soundSamples: number;
  /** How long a role is held before a better one is given, ms; a vacant primary's place does not wait for it. */
  readonly holdMs: number;
}

/** The roles of a swarm whose document says nothing of them. */
export const defaultRolePolicy: RolePolicy = {
  primaries: 1,
  backups: 1,
  sampleMs: 2_000,
  riskMax: 0.3,
  riskSound: 0.2,
  failedSamples: 3,
  soundSamples: 3,
  holdMs: 60_000,
};

const field = "policy.roles";
const ranges = {
  primaries: [0, 1_000],
  backups: [0, 1_000],
  sampleMs: [500, 60_000],
  failedSamples: [1, 100],
  soundSamples: [1, 100],
  holdMs: [0, 86_400_000],
} as const;

/**
 * Returns `candidate` with the defaults filled in.
 * @throws EntrainError `invalid-argument` that names the field (`policy.roles.riskMax`), its value and the remedy.
 */
export function checkRolePolicy(candidate: unknown): RolePolicy {
  if (typeof candidate !== "object" || candidate === null || Array.isArray(candidate))
    throw EntrainError.invalid(field, candidate, "give an object");
  const known = Object.keys(defaultRolePolicy);
  const stranger = Object.keys(candidate).find((name) => !known.includes(name));
  if (stranger !== undefined) throw EntrainError.invalid(`${field}.${stranger}`, stranger, `use ${known.join(", ")}`);
  const given: Readonly<Record<keyof RolePolicy, unknown>> = { ...defaultRolePolicy, ...candidate };
  const riskMax = share("riskMax", given.riskMax);
  const riskSound = share("riskSound", given.riskSound);
  if (riskSound >= riskMax)
    throw EntrainError.invalid(`${field}.riskSound`, riskSound, `stay under riskMax (${riskMax})`);
  return {
    primaries: whole("primaries", given.primaries),
    backups: whole("backups", given.backups),
    sampleMs: whole("sampleMs", given.sampleMs),
    riskMax,
    riskSound,
    failedSamples: whole("failedSamples", given.failedSamples),
    soundSamples: whole("soundSamples", given.soundSamples),
    holdMs: whole("holdMs", given.holdMs),
  };
}

function whole(name: keyof typeof ranges, candidate: unknown): number {
  const [least, most] = ranges[name];
  if (typeof candidate === "number" && Number.isInteger(candidate) && candidate >= least && candidate <= most)
    return candidate;
  throw EntrainError.invalid(`${field}.${name}`, candidate, `choose a whole number from ${least} to ${most}`);
}

function share(name: "riskMax" | "riskSound", candidate: unknown): number {
  if (typeof candidate === "number" && candidate >= 0 && candidate <= 1) return candidate;
  throw EntrainError.invalid(`${field}.${name}`, candidate, "choose a number from 0 to 1");
}
