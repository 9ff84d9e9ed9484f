/**
 * The state of one subject, with hysteresis: noise at a threshold begins nothing twice.
 *
 * Intuition. A subject is in one state at a time, named by a rule. Rules stand in the order of how bad they are, so a rule that
 * stands before the present one makes things worse and takes over at once. Otherwise the present state stays for as long
 * as its own, weaker condition holds, whatever lesser rule matches meanwhile; a Schmitt trigger. Where counts are given, a
 * state begins only with the n-th reading in a row for it, and ends only with the n-th in a row against it.
 */
import type { Rule } from "./policy.ts";

/** What the rules make of one reading, as far as states are concerned. */
export interface Observation {
  readonly subject: string;
  /** The first rule that concerns the reading. */
  readonly rule: Rule | undefined;
  /** Place of a rule in the policy in use, 0 for the worst; -1: no such rule any more. */
  readonly rankOf: (ruleId: string) => number;
  /** Whether the state that a rule began holds at this reading. */
  readonly holds: (ruleId: string) => boolean;
}

/** Where a subject stands. */
export interface BandState {
  /** The rule of the state; undefined: normal. */
  readonly rule: Rule | undefined;
  /** Readings in a row at which the state did not hold. */
  readonly misses: number;
  /** The rule that the latest readings matched, and how many in a row. */
  readonly streak: { readonly ruleId: string; readonly count: number } | undefined;
}

/** A subject of which nothing is known. */
export const normalState: BandState = { rule: undefined, misses: 0, streak: undefined };

/** The next state; `begins`: something else than before begins that is not normal. */
export function stepBand(
  state: BandState,
  observation: Observation,
): { readonly state: BandState; readonly begins: boolean } {
  const { rule, rankOf } = observation;
  const present = state.rule;
  const streak = streakOf(state, rule);
  const ready = rule !== undefined && (streak?.count ?? 0) >= (rule.enterAfter ?? 1);
  const begin = { state: { rule, misses: 0, streak }, begins: true };
  if (present === undefined) return ready ? begin : { state: { rule: undefined, misses: 0, streak }, begins: false };
  if (rule?.kind === present.kind && rule.band === present.band)
    return { state: { rule, misses: 0, streak }, begins: false };
  const worse = rule !== undefined && rankOf(rule.id) < rankOf(present.id);
  if (worse && ready) return begin;
  const misses = observation.holds(present.id) ? 0 : state.misses + 1;
  if (misses < (present.leaveAfter ?? 1)) return { state: { rule: present, misses, streak }, begins: false };
  return ready ? begin : { state: { rule: undefined, misses: 0, streak }, begins: false };
}

function streakOf({ streak }: BandState, rule: Rule | undefined): BandState["streak"] {
  if (rule === undefined) return undefined;
  return { ruleId: rule.id, count: streak?.ruleId === rule.id ? streak.count + 1 : 1 };
}
