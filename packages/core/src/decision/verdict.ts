/** Verdicts: what a rule says, what safe mode says, and the check of what a reasoner says. */
import { EntrainError } from "@entrain/kernel";
import { decisionTypes, isDecisionType } from "./decision-type.ts";
import type { Verdict } from "./decision.ts";
import { noAction, type Policy, type Rule } from "./policy.ts";

/** Longest reasoning that is taken from a reasoner, characters. */
const reasoningMax = 4_000;

/** The verdict of a reading that no rule concerns. */
export const normalVerdict: Verdict = {
  type: "NORMAL",
  action: noAction,
  confidence: 1,
  reasoning: "no rule concerns this reading",
};

/** What a rule says of the readings that it concerns. */
export function ruleVerdict({ type, action, confidence, reasoning }: Rule): Verdict {
  return { type, action, confidence, reasoning };
}

/** The verdict of safe mode and of last resort; `cause` completes "safe action: …". */
export function safeVerdict(policy: Pick<Policy, "safeAction">, cause: string): Verdict {
  const reasoning = `safe action: ${cause}`.slice(0, reasoningMax);
  return { type: "SAFE_MODE", action: policy.safeAction, confidence: 0.9, reasoning };
}

/** True where the swarm's health (0..1) is under the policy's threshold; unknown health is not bad health. */
export function isSafeMode(health: number | null, policy: Pick<Policy, "safeModeHealth">): boolean {
  return health !== null && health < policy.safeModeHealth;
}

/**
 * Returns what a reasoner said as a verdict under this policy, without anything else it may have said.
 * @throws EntrainError `invalid-argument` that names the field (`verdict.action`), its value and the remedy.
 */
export function checkVerdict(candidate: unknown, policy: Pick<Policy, "actions">): Verdict {
  if (typeof candidate !== "object" || candidate === null)
    throw EntrainError.invalid("verdict", candidate, "answer with { type, action, confidence, reasoning }");
  const { type, action, confidence, reasoning }: Partial<Record<keyof Verdict, unknown>> = candidate;
  if (!isDecisionType(type))
    throw EntrainError.invalid("verdict.type", type, `choose one of ${decisionTypes.join(", ")}`);
  if (typeof action !== "string" || !(action === noAction || policy.actions.includes(action)))
    throw EntrainError.invalid("verdict.action", action, `choose one of ${[...policy.actions, noAction].join(", ")}`);
  if (typeof confidence !== "number" || !(confidence >= 0 && confidence <= 1))
    throw EntrainError.invalid("verdict.confidence", confidence, "choose a number from 0 to 1");
  if (typeof reasoning !== "string" || reasoning.length > reasoningMax)
    throw EntrainError.invalid(
      "verdict.reasoning",
      typeof reasoning,
      `give a text of at most ${reasoningMax} characters`,
    );
  return { type, action, confidence, reasoning };
}
