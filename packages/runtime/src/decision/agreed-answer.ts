/**
 * What an agent is to have of an answer that another process's loop gave it. That loop may be a new one, or one of several, and
 * know nothing of what the agent was answered before; the agent's own process does, and one incident is acted on once (D1).
 */
import { fingerprintKey, isLoneIncident, type AskedIncident } from "@entrain/core/decision";
import type { DecideOutcome, DecideRequest } from "@entrain/ports";
import type { PolicyBasis } from "./policy-in-use.ts";
import type { RunSurroundings } from "./run-contract.ts";

/** The outcome, or where it is a safe action taken alone, what the agent was answered before about this very incident. */
export function agreedAnswer(
  { answers, clock }: Pick<RunSurroundings, "answers" | "clock">,
  basis: PolicyBasis,
  request: DecideRequest,
  outcome: DecideOutcome,
): DecideOutcome {
  const { agentId, reading, incidentId: named } = request;
  const { decision, source, latencyMs, contextHit } = outcome;
  const { budgetMs, cooldownMs } = basis.policy;
  const { fingerprint } = basis.classify(reading);
  const nowMs = clock.monoMs();
  const opened = isLoneIncident(decision) ? undefined : decision.incidentId;
  if (source === "safe-alone") {
    const about: AskedIncident = { agentId, fingerprint, named, opened, cooldownMs };
    const before = answers.recall(about, nowMs);
    if (before !== undefined) return { ...before, latencyMs, contextHit, repeatedBecause: decision.reasoning };
    answers.tookAlone(about, decision, nowMs);
    return outcome;
  }
  answers.answered(agentId, outcome);
  // Under another version of the rules the reading may be another incident there.
  const sameRules = opened?.startsWith(`${fingerprintKey(fingerprint)}/`) === true;
  // The other loop may have asked the store for somebody else, but not longer ago than a budget.
  if (named === undefined && source !== "local" && sameRules)
    answers.opened(fingerprint, opened, nowMs - latencyMs - budgetMs);
  return outcome;
}
