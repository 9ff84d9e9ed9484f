/** Reasoners: from a reading to a verdict, by the rules of the live policy; and the expressions of sessions. */
export { compilePolicy } from "./compile-policy.ts";
export { createRulesReasoner } from "./rules-reasoner.ts";
export { createSessionExpressions, type SessionExpressions } from "./session-expressions.ts";
