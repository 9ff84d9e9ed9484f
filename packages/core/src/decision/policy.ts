/**
 * The decision part of the live policy: rules as data, the set of actions, the safe action and the thresholds. The
 * expressions are CEL (Common Expression Language); they are compiled where the policy is taken into use, so that this
 * module needs no evaluator.
 */
import { EntrainError } from "@entrain/kernel";
import type { DecisionType } from "./decision.ts";

/** One rule: the first whose `when` is true names the incident and the verdict. */
export interface Rule {
  readonly id: string;
  /** CEL over `t` (the reading) and `has(t.name)`; must give true or false. */
  readonly when: string;
  /** What happened, e.g. `overheating`. */
  readonly kind: string;
  /** How badly, e.g. `warning`, `critical`. */
  readonly band: string;
  readonly type: DecisionType;
  /** One of the policy's actions. */
  readonly action: string;
  /** 0..1 */
  readonly confidence: number;
  /** Shown to people; unit and band of the threshold belong here. */
  readonly reasoning: string;
}

/** What decides. Lives in the shared context under `/policy/decision`. */
export interface Policy {
  /** Everything an agent may be told to do. */
  readonly actions: readonly string[];
  /** What to do when nothing better can be agreed. */
  readonly safeAction: string;
  /** Under this swarm health (0..1) every decision is the safe one. */
  readonly safeModeHealth: number;
  /** A fingerprint that was silent for this long begins a new incident, ms. */
  readonly cooldownMs: number;
  /** How long a follower waits for the leader's decision before it commits its own, ms. */
  readonly leaderFirstMs: number;
  /** The whole time a decision may take before the safe action is taken alone, ms. */
  readonly budgetMs: number;
  readonly rules: readonly Rule[];
}

/** The action of telemetry that no rule concerns. */
export const noAction = "none";

/**
 * Refuses a policy that contradicts itself (expressions are not parsed here).
 * @throws EntrainError `invalid-argument` that names the field.
 */
export function checkPolicy(policy: Policy): Policy {
  const actions = new Set([...policy.actions, noAction]);
  const known = (field: string, action: string): void => {
    if (!actions.has(action)) throw EntrainError.invalid(field, action, `choose one of ${[...actions].join(", ")}`);
  };
  known("policy.safeAction", policy.safeAction);
  const ids = new Set<string>();
  for (const [index, rule] of policy.rules.entries()) {
    const field = `policy.rules[${index}]`;
    known(`${field}.action`, rule.action);
    if (ids.has(rule.id)) throw EntrainError.invalid(`${field}.id`, rule.id, "give each rule an id of its own");
    ids.add(rule.id);
    if (!(rule.confidence >= 0 && rule.confidence <= 1))
      throw EntrainError.invalid(`${field}.confidence`, rule.confidence, "choose a number from 0 to 1");
  }
  for (const field of ["cooldownMs", "leaderFirstMs", "budgetMs"] as const)
    if (!(policy[field] > 0))
      throw EntrainError.invalid(`policy.${field}`, policy[field], "choose a positive number of ms");
  if (policy.leaderFirstMs >= policy.budgetMs)
    throw EntrainError.invalid(
      "policy.leaderFirstMs",
      policy.leaderFirstMs,
      `stay under budgetMs (${policy.budgetMs})`,
    );
  return policy;
}
