/**
 * Counting votes: against the whole electorate, never against those who happened to answer, so nobody's silence passes
 * anything (P2). A vote stands as it was cast first, so what has passed stays passed whatever comes after it.
 */
import { EntrainError } from "@entrain/kernel";

export type VotePolicy = "majority" | "two-thirds" | "unanimous" | "weighted";
const votePolicies: readonly VotePolicy[] = ["majority", "two-thirds", "unanimous", "weighted"];

/** One vote of one voter in a round. */
export interface Vote {
  readonly voter: string;
  readonly choice: string;
}

/** What a round came to. */
export interface Tally {
  /** Choice → its weight; the heaviest first, equal ones by name. */
  readonly counts: readonly (readonly [choice: string, weight: number])[];
  /** What has passed; null where nothing has. */
  readonly passed: string | null;
  /** Whether something may still pass when those vote who have not, and can. */
  readonly open: boolean;
}

/** How to count. */
export interface TallyOptions {
  /** voter → weight, for `weighted` (default: 1 each); more than half of all weight passes. */
  readonly weights?: Readonly<Record<string, number>>;
  /** So many voters, at least, must have chosen what passes (default 1): one that is alone is never a quorum (M2). */
  readonly votersMin?: number;
  /** Those of the electorate who cannot vote any more. */
  readonly absent?: readonly string[];
}

/** Counts a round: the first vote of each voter of the electorate, nobody else's. */
export function tally(
  electorate: readonly string[],
  votes: readonly Vote[],
  policy: VotePolicy,
  { weights = {}, votersMin = 1, absent = [] }: TallyOptions = {},
): Tally {
  const weightOf = (voter: string): number => (policy === "weighted" ? (weights[voter] ?? 1) : 1);
  const silent = new Set(electorate);
  const byChoice = new Map<string, Support>();
  for (const { voter, choice } of votes) {
    if (!silent.delete(voter)) continue;
    const { weight, voters } = byChoice.get(choice) ?? { weight: 0, voters: 0 };
    byChoice.set(choice, { weight: weight + weightOf(voter), voters: voters + 1 });
  }
  const whole = sum(electorate, weightOf);
  const enough = ({ weight, voters }: Support): boolean =>
    whole > 0 && voters >= votersMin && passes(weight, whole, policy);
  const ranked = [...byChoice].sort(([a, one], [b, other]) => other.weight - one.weight || (a < b ? -1 : 1));
  const [choice, best] = ranked[0] ?? [null, { weight: 0, voters: 0 }];
  const expected = [...silent].filter((voter) => !absent.includes(voter));
  const rest = { weight: sum(expected, weightOf), voters: expected.length };
  const reach = (support: Support): boolean =>
    enough({ weight: support.weight + rest.weight, voters: support.voters + rest.voters });
  const passed = enough(best) ? choice : null;
  return {
    counts: ranked.map(([name, { weight }]) => [name, weight] as const),
    passed,
    open: passed === null && [...byChoice.values(), { weight: 0, voters: 0 }].some(reach),
  };
}

interface Support {
  readonly weight: number;
  readonly voters: number;
}

/** The least number of votes that is a quorum among so many voters (M2). */
export function quorumOf(voters: number, votersMin: number): number {
  return Math.max(Math.floor(voters / 2) + 1, votersMin);
}

function sum(voters: readonly string[], weightOf: (voter: string) => number): number {
  return voters.reduce((total, voter) => total + weightOf(voter), 0);
}

function passes(weight: number, whole: number, policy: VotePolicy): boolean {
  switch (policy) {
    case "majority":
    case "weighted":
      return 2 * weight > whole;
    case "two-thirds":
      return 3 * weight >= 2 * whole;
    case "unanimous":
      return weight === whole;
  }
}

/** @throws EntrainError `invalid-argument` that names the field */
export function checkVotePolicy(field: string, policy: unknown): VotePolicy {
  if (votePolicies.includes(policy as VotePolicy)) return policy as VotePolicy;
  throw EntrainError.invalid(field, policy, `use ${votePolicies.join(", ")}`);
}
