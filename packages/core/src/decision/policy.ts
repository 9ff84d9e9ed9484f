/**
 * The decision part of the live policy: rules as data, the set of actions, the safe action and the thresholds. The
 * expressions are CEL (Common Expression Language); they are compiled where the policy is taken into use, so that this
 * module needs no evaluator. A policy comes out of the shared document, which anybody with access may write: nothing of
 * it is believed before `checkPolicy`, and its size bounds what one reading may cost.
 */
import { EntrainError } from "@entrain/kernel";
import { checkArbitration, type Arbitration } from "./arbitration.ts";
import { checkPropagation, type Propagation } from "./propagation.ts";
import { checkSafetyGate, type SafetyGate } from "./safety-gate.ts";
import { decisionTypes, isDecisionType, type DecisionType } from "./decision-type.ts";

/**
 * How far what is done reaches, and so who has to agree. `local`: the agent's own affair, at once. `swarm`: the leader proposes and two
 * thirds of the voters approve. `fleet`: that, and the policy's safety gate. Without one: one decision for all who meet the incident.
 */
export type Scope = "local" | "swarm" | "fleet";

/** One rule: the first whose `when` is true names the incident and the verdict. */
export interface Rule {
  readonly id: string;
  /** CEL over `t` (the reading) and `has(t.name)`; must give true or false. */
  readonly when: string;
  /**
   * CEL like `when`, and weaker: the state that the rule has begun stays while it is true (default: while `when` is). A margin
   * here keeps noise at the threshold from flapping.
   */
  readonly holdsWhile?: string;
  /** How many readings in a row begin the state (default 1). */
  readonly enterAfter?: number;
  /** How many readings in a row at which it does not hold end it (default 1). */
  readonly leaveAfter?: number;
  /** What happened, e.g. `overheating`. */
  readonly kind: string;
  /** How badly, e.g. `warning`, `critical`. */
  readonly band: string;
  readonly type: DecisionType;
  /** One of the policy's actions. */
  readonly action: string;
  /** 0..1 */
  readonly confidence: number;
  readonly scope?: Scope;
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
  /** How a rule is weighed against an agent's own reasoner (default: not at all, the reasoner proposes alone). */
  readonly arbitration?: Arbitration;
  /** What actions that reach the whole fleet would do to it (default: there are none). */
  readonly safetyGate?: SafetyGate;
  /** How actions that the swarm has approved go to its members (default: not at all). */
  readonly propagation?: Propagation;
}

/** The action of telemetry that no rule concerns. */
export const noAction = "none";

/** The largest policy that is taken into use. */
export const policyLimits = {
  actions: 100,
  rules: 200,
  /** Characters of one expression. */
  when: 1_024,
  /** Characters of one rule's reasoning. */
  reasoning: 1_024,
  /** Readings in a row that begin or end a state. */
  readings: 1_000,
  /** Longest budget and leader's chance, ms. */
  budgetMs: 60_000,
  /** Longest cooldown, ms. */
  cooldownMs: 86_400_000,
} as const;

const namePattern = /^[A-Za-z][A-Za-z0-9._-]{0,62}$/;
const nameRemedy = "use 1 to 63 letters, digits, '.', '_' or '-', beginning with a letter";

/**
 * Returns `candidate` as a policy, without members that a policy does not have; refuses what contradicts itself.
 * Expressions are only measured, not parsed.
 * @throws EntrainError `invalid-argument` that names the field (`policy.rules[3].action`), its value and the remedy.
 */
export function checkPolicy(candidate: unknown): Policy {
  const given = record("policy", candidate);
  const actions = list("policy.actions", given["actions"], policyLimits.actions).map((action, index) =>
    name(`policy.actions[${index}]`, action),
  );
  const known = new Set([...actions, noAction]);
  const rules = list("policy.rules", given["rules"], policyLimits.rules).map((rule, index) =>
    checkRule(`policy.rules[${index}]`, rule, known),
  );
  const twin = rules.findIndex((rule, index) => rules.findIndex(({ id }) => id === rule.id) < index);
  if (twin >= 0)
    throw EntrainError.invalid(`policy.rules[${twin}].id`, rules[twin]?.id, "give each rule an id of its own");
  const gate = given["safetyGate"] === undefined ? undefined : checkSafetyGate(given["safetyGate"], actions);
  const ungated = gate === undefined ? rules.findIndex(({ scope }) => scope === "fleet") : -1;
  if (ungated >= 0)
    throw EntrainError.invalid(
      `policy.rules[${ungated}].scope`,
      "fleet",
      "give the policy a safetyGate, or leave the scope out",
    );
  const budgetMs = duration("policy.budgetMs", given["budgetMs"], policyLimits.budgetMs);
  const leaderFirstMs = duration("policy.leaderFirstMs", given["leaderFirstMs"], policyLimits.budgetMs);
  if (leaderFirstMs >= budgetMs)
    throw EntrainError.invalid("policy.leaderFirstMs", leaderFirstMs, `stay under budgetMs (${budgetMs})`);
  return {
    actions,
    safeAction: knownAction("policy.safeAction", given["safeAction"], known),
    safeModeHealth: share("policy.safeModeHealth", given["safeModeHealth"]),
    cooldownMs: duration("policy.cooldownMs", given["cooldownMs"], policyLimits.cooldownMs),
    leaderFirstMs,
    budgetMs,
    rules,
    ...(given["arbitration"] === undefined ? {} : { arbitration: checkArbitration(given["arbitration"], actions) }),
    ...(gate === undefined ? {} : { safetyGate: gate }),
    ...(given["propagation"] === undefined ? {} : { propagation: checkPropagation(given["propagation"]) }),
  };
}

function checkRule(field: string, candidate: unknown, known: ReadonlySet<string>): Rule {
  const given = record(field, candidate);
  const { type } = given;
  if (!isDecisionType(type))
    throw EntrainError.invalid(`${field}.type`, type, `choose one of ${decisionTypes.join(", ")}`);
  return {
    id: name(`${field}.id`, given["id"]),
    when: text(`${field}.when`, given["when"], policyLimits.when),
    ...hysteresis(field, given),
    kind: name(`${field}.kind`, given["kind"]),
    band: name(`${field}.band`, given["band"]),
    type,
    action: knownAction(`${field}.action`, given["action"], known),
    ...scope(field, given["scope"]),
    confidence: share(`${field}.confidence`, given["confidence"]),
    reasoning: text(`${field}.reasoning`, given["reasoning"], policyLimits.reasoning),
  };
}

/** The members that keep a state from flapping, those that are given. */
function hysteresis(
  field: string,
  given: Readonly<Record<string, unknown>>,
): Pick<Rule, "holdsWhile" | "enterAfter" | "leaveAfter"> {
  const { holdsWhile, enterAfter, leaveAfter } = given;
  return {
    ...(holdsWhile === undefined ? {} : { holdsWhile: text(`${field}.holdsWhile`, holdsWhile, policyLimits.when) }),
    ...(enterAfter === undefined ? {} : { enterAfter: readings(`${field}.enterAfter`, enterAfter) }),
    ...(leaveAfter === undefined ? {} : { leaveAfter: readings(`${field}.leaveAfter`, leaveAfter) }),
  };
}

function scope(field: string, candidate: unknown): Pick<Rule, "scope"> {
  if (candidate === undefined) return {};
  if (candidate === "local" || candidate === "swarm" || candidate === "fleet") return { scope: candidate };
  throw EntrainError.invalid(`${field}.scope`, candidate, "choose local, swarm or fleet, or leave it out");
}

function readings(field: string, candidate: unknown): number {
  if (
    typeof candidate === "number" &&
    Number.isInteger(candidate) &&
    candidate >= 1 &&
    candidate <= policyLimits.readings
  )
    return candidate;
  throw EntrainError.invalid(field, candidate, `choose a whole number from 1 to ${policyLimits.readings}`);
}

function record(field: string, candidate: unknown): Readonly<Record<string, unknown>> {
  if (typeof candidate === "object" && candidate !== null && !Array.isArray(candidate)) return { ...candidate };
  throw EntrainError.invalid(field, candidate, "give an object");
}

function list(field: string, candidate: unknown, max: number): readonly unknown[] {
  if (!Array.isArray(candidate)) throw EntrainError.invalid(field, candidate, "give a list");
  if (candidate.length > max) throw EntrainError.invalid(field, `${candidate.length} entries`, `give at most ${max}`);
  return candidate;
}

function text(field: string, candidate: unknown, max: number): string {
  if (typeof candidate !== "string" || candidate.trim() === "")
    throw EntrainError.invalid(field, candidate, "give a text");
  if (candidate.length > max)
    throw EntrainError.invalid(field, `${candidate.length} characters`, `shorten it to ${max}`);
  return candidate;
}

function name(field: string, candidate: unknown): string {
  if (typeof candidate === "string" && namePattern.test(candidate)) return candidate;
  throw EntrainError.invalid(field, candidate, nameRemedy);
}

function knownAction(field: string, candidate: unknown, known: ReadonlySet<string>): string {
  if (typeof candidate === "string" && known.has(candidate)) return candidate;
  throw EntrainError.invalid(field, candidate, `choose one of ${[...known].join(", ")}`);
}

function share(field: string, candidate: unknown): number {
  if (typeof candidate === "number" && candidate >= 0 && candidate <= 1) return candidate;
  throw EntrainError.invalid(field, candidate, "choose a number from 0 to 1");
}

function duration(field: string, candidate: unknown, maxMs: number): number {
  if (typeof candidate === "number" && candidate > 0 && candidate <= maxMs) return candidate;
  throw EntrainError.invalid(field, candidate, `choose a positive number of ms, at most ${maxMs}`);
}
