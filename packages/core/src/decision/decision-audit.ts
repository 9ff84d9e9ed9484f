/**
 * The audit of a decision by replay: what its stored input comes to again under its own policy (D2). What the swarm judges by
 * itself has to come out the same: safe mode, the actions that there are, the safety gate, the voters' approval. What a
 * reasoner said can be had again from the rules alone; one of a user's own may have said something else, which is no fault.
 */
import type { Decision } from "./decision.ts";
import { noAction, type Policy, type Rule } from "./policy.ts";
import { judgeFleetAction } from "./safety-gate.ts";
import { isSafeMode, normalVerdict } from "./verdict.ts";

/**
 * What the rules say on the input. `same`: as was decided. `other`: something else, so a reasoner of its own decided.
 * `fallback`: the safe action was decided for a cause outside of the input, such as a reasoner that failed.
 */
export type RulesSay = "same" | "other" | "fallback";

/** What a replay comes to. */
export interface ReplayOutcome {
  readonly rules: RulesSay;
  /** Each completes "the decision …"; none is good. */
  readonly faults: readonly string[];
}

/** Replays a decision; `rule` is what the policy's rules find for its reading. */
export function replayDecision(decision: Decision, policy: Policy, rule: Rule | undefined): ReplayOutcome {
  const { input, type, action, reasoning } = decision;
  const faults = [
    safeModeFault(decision, policy),
    actionFault(decision, policy),
    clearanceFault(decision, policy, rule),
  ];
  const found = faults.filter((fault) => fault !== undefined);
  if (input.safeMode) return { rules: "same", faults: found };
  const said = rule ?? normalVerdict;
  if (said.action === action && said.type === type) return { rules: "same", faults: found };
  const fellBack = type === "SAFE_MODE" && action === policy.safeAction && reasoning.startsWith("safe action: ");
  return { rules: fellBack ? "fallback" : "other", faults: found };
}

function safeModeFault({ input, type, action }: Decision, policy: Policy): string | undefined {
  const isBad = isSafeMode(input.health, policy);
  if (input.safeMode !== isBad)
    return `was ${input.safeMode ? "" : "not "}of safe mode at a health of ${input.health}, under ${policy.safeModeHealth} is`;
  if (isBad && (type !== "SAFE_MODE" || action !== policy.safeAction))
    return `was ${action} in safe mode, where ${policy.safeAction} is the safe action`;
  return undefined;
}

function actionFault({ action }: Decision, { actions, safeAction }: Policy): string | undefined {
  if (action === noAction || action === safeAction || actions.includes(action)) return undefined;
  return `was ${action}, which is none of its policy's actions`;
}

/** The gate and the voters, where the action had to pass them. */
function clearanceFault({ input, action }: Decision, policy: Policy, rule: Rule | undefined): string | undefined {
  if (action === noAction || action === policy.safeAction || input.safeMode) return undefined;
  const { safetyGate: gate } = policy;
  if (gate !== undefined && (rule?.scope === "fleet" || Object.hasOwn(gate.effects, action))) {
    const judgement = judgeFleetAction(action, input.fleet ?? [], gate);
    if (judgement.kind !== "passed") return `was ${action}, which the safety gate blocks: ${judgement.message}`;
  }
  if (rule?.scope !== "swarm" && rule?.scope !== "fleet") return undefined;
  return input.approval?.passed === true ? undefined : `was ${action}, which the voters have not approved`;
}
