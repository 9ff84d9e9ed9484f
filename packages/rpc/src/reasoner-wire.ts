/** A question to a reasoner of the user's own: domain to wire. Its answer is checked by whoever asked. */
import type { GlobalContext, Rule } from "@entrain/core/decision";
import type { Question } from "@entrain/ports";
import { readingToWire } from "./decision-wire.ts";
import type { GlobalContext as WireContext } from "./gen/entrain/v1/GlobalContext.ts";
import type { PolicyRule } from "./gen/entrain/v1/PolicyRule.ts";
import type { ReasonRequest } from "./gen/entrain/v1/ReasonRequest.ts";

/** What is told of a question: the same as over HTTP. */
export function questionToWire({ reading, fingerprint, rule, context, policy }: Question): ReasonRequest {
  return {
    reading: readingToWire(reading),
    fingerprint,
    ...(rule === undefined ? {} : { rule: ruleToWire(rule) }),
    context: contextToWire(context),
    actions: [...policy.actions],
    safeAction: policy.safeAction,
  };
}

function ruleToWire({ id, kind, band, type, action, confidence, reasoning, scope }: Rule): PolicyRule {
  return { id, kind, band, type, action, confidence, reasoning, ...(scope === undefined ? {} : { scope }) };
}

function contextToWire({
  leaderId,
  health,
  ageMs,
  recentDecisions,
  assignedRole,
  ...rest
}: GlobalContext): WireContext {
  const { term, quorumSize, quorum, role, contextVersion, policyHash, fresh } = rest;
  return {
    ...{ term, quorumSize, role, contextVersion, policyHash, fresh },
    leaderId: leaderId ?? "",
    assignedRole: assignedRole ?? "",
    recentDecisions: [...recentDecisions],
    ...(health === null ? {} : { health }),
    ...(quorum === null ? {} : { quorum }),
    ...(ageMs === null ? {} : { ageMs }),
  };
}
