/**
 * Arbitration between what the swarm's rules say of a reading (global) and what an agent's own reasoner says (local).
 *
 * Each action is rated from 0 to 1 in safety, performance and availability; what a verdict scores is the weighted sum of its
 * action's ratings times its confidence, and the higher score wins, on a tie the global one. Safety overrides: where the
 * two actions differ in safety by the margin or more, the safer one wins whatever the scores say. The winner's
 * reasoning tells how it came about.
 */
import { EntrainError } from "@entrain/kernel";
import type { Verdict } from "./decision.ts";

/** The qualities that actions are weighed by. */
export const qualities = ["safety", "performance", "availability"] as const;

/** A figure from 0 to 1 for each quality. */
export type Rating = Readonly<Record<(typeof qualities)[number], number>>;

/** What counts how much where a policy does not say: safety before all. */
const defaultWeights: Rating = { safety: 0.7, performance: 0.2, availability: 0.1 };

/** How a policy arbitrates. */
export interface Arbitration {
  /** They add up to 1; safety 0.7, performance 0.2 and availability 0.1 where the policy names none. */
  readonly weights: Rating;
  /** Difference in safety from which on the safer action wins, 0..1. */
  readonly safetyMargin: number;
  /** Of each of the policy's actions. */
  readonly ratings: Readonly<Record<string, Rating>>;
}

/** An action that is not rated, `none` among others, is neither good nor bad. */
const unrated: Rating = { safety: 0.5, performance: 0.5, availability: 0.5 };
const reasoningMax = 4_000;

/** The verdict that the swarm is to be proposed. The same action needs no arbitration: then the local one stands. */
export function arbitrate(global: Verdict, local: Verdict, arbitration: Arbitration): Verdict {
  if (global.action === local.action) return local;
  const [ours, theirs] = [ratingOf(local, arbitration), ratingOf(global, arbitration)];
  const [localScore, globalScore] = [scoreOf(local, ours, arbitration), scoreOf(global, theirs, arbitration)];
  // Written with room for the last digit: 0.9 - 0.6 is not quite 0.3.
  const overrides = Math.abs(ours.safety - theirs.safety) >= arbitration.safetyMargin - 1e-9;
  const localWins = overrides ? ours.safety > theirs.safety : localScore > globalScore;
  const [winner, loser] = localWins ? [local, global] : [global, local];
  const sides = `global ${global.action} ${globalScore.toFixed(2)}, local ${local.action} ${localScore.toFixed(2)}`;
  const why = overrides ? `safety overrides: ${winner.action} is safer than ${loser.action}` : "the higher score wins";
  return { ...winner, reasoning: `${winner.reasoning} (arbitration: ${sides}; ${why})`.slice(0, reasoningMax) };
}

function ratingOf({ action }: Verdict, { ratings }: Arbitration): Rating {
  return (Object.hasOwn(ratings, action) ? ratings[action] : undefined) ?? unrated;
}

function scoreOf({ confidence }: Verdict, rating: Rating, { weights }: Arbitration): number {
  return confidence * qualities.reduce((sum, quality) => sum + weights[quality] * rating[quality], 0);
}

/**
 * Returns `candidate` as the arbitration of a policy with these actions, without anything else.
 * @throws EntrainError `invalid-argument` that names the field (`policy.arbitration.ratings.throttle.safety`).
 */
export function checkArbitration(candidate: unknown, actions: readonly string[]): Arbitration {
  const field = "policy.arbitration";
  const given = members(field, candidate);
  const { weights: weightsGiven = defaultWeights } = given;
  const weights = checkRating(`${field}.weights`, weightsGiven);
  const sum = qualities.reduce((total, quality) => total + weights[quality], 0);
  if (Math.abs(sum - 1) > 1e-9)
    throw EntrainError.invalid(`${field}.weights`, sum, "let safety, performance and availability add up to 1");
  const rated = members(`${field}.ratings`, given["ratings"]);
  const unknown = Object.keys(rated).find((action) => !actions.includes(action));
  if (unknown !== undefined)
    throw EntrainError.invalid(
      `${field}.ratings.${unknown}`,
      unknown,
      `rate the policy's actions: ${actions.join(", ")}`,
    );
  const ratings = actions.map((action) => [action, checkRating(`${field}.ratings.${action}`, rated[action])] as const);
  const safetyMargin = share(`${field}.safetyMargin`, given["safetyMargin"]);
  return { weights, safetyMargin, ratings: Object.fromEntries(ratings) };
}

function checkRating(field: string, candidate: unknown): Rating {
  const given = members(field, candidate);
  const rate = (quality: keyof Rating): number => share(`${field}.${quality}`, given[quality]);
  return { safety: rate("safety"), performance: rate("performance"), availability: rate("availability") };
}

function members(field: string, candidate: unknown): Readonly<Record<string, unknown>> {
  if (typeof candidate === "object" && candidate !== null && !Array.isArray(candidate)) return { ...candidate };
  throw EntrainError.invalid(field, candidate, "give an object");
}

function share(field: string, candidate: unknown): number {
  if (typeof candidate === "number" && candidate >= 0 && candidate <= 1) return candidate;
  throw EntrainError.invalid(field, candidate, "choose a number from 0 to 1");
}
