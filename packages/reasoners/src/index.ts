/** Reasoners: from a reading to a verdict, by the rules of the live policy. */
export { compilePolicy } from "./compile-policy.ts";
export { createRulesReasoner } from "./rules-reasoner.ts";
