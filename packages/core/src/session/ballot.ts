/**
 * Counting votes: against the whole electorate, never against those who happened to answer, so nobody's silence passes
 * anything (P2).
 */
import { EntrainError } from "@entrain/kernel";

export type VotePolicy = "majority" | "two-thirds" | "unanimous" | "weighted";
export const votePolicies: readonly VotePolicy[] = ["majority", "two-thirds", "unanimous", "weighted"];

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
}

/**
 * Counts a round: the first vote of each voter of the electorate, nobody else's.
 * @param weights voter → weight, for `weighted` (1 where it says nothing); more than half of all weight passes
 */
export function tally(
  electorate: readonly string[],
  votes: readonly Vote[],
  policy: VotePolicy,
  weights: Readonly<Record<string, number>> = {},
): Tally {
  const weightOf = (voter: string): number => (policy === "weighted" ? (weights[voter] ?? 1) : 1);
  const cast = new Map<string, string>();
  for (const { voter, choice } of votes) if (electorate.includes(voter) && !cast.has(voter)) cast.set(voter, choice);
  const byChoice = new Map<string, number>();
  for (const [voter, choice] of cast) byChoice.set(choice, (byChoice.get(choice) ?? 0) + weightOf(voter));
  const counts = [...byChoice].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  const whole = electorate.reduce((sum, voter) => sum + weightOf(voter), 0);
  const [choice, weight] = counts[0] ?? [null, 0];
  return { counts, passed: whole > 0 && passes(weight, whole, policy) ? choice : null };
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
