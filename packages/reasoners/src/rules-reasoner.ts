/** The reasoner that ships: the policy's first matching rule speaks. Deterministic, and it answers at once. */
import { normalVerdict, ruleVerdict } from "@entrain/core/decision";
import type { Reasoner } from "@entrain/ports";

/** A reasoner that says what the rule says, and `NORMAL`, `none` where no rule concerns the reading. */
export function createRulesReasoner(): Reasoner {
  return {
    name: "rules",
    reason: ({ rule }) => (rule === undefined ? normalVerdict : ruleVerdict(rule)),
  };
}
