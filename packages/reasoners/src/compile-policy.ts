/**
 * Takes a policy into use: checks it whole and compiles each rule's condition, so that no reading meets a broken rule. A
 * condition that was compiled before is not compiled again.
 */
import { checkPolicy, normalFingerprint, subjectOf, type Reading } from "@entrain/core/decision";
import type { Classification, CompiledPolicy } from "@entrain/ports";
import { compiledCondition } from "./compiled-conditions.ts";
import { numberFieldsOf } from "./number-fields.ts";

/**
 * The policy with its rules compiled; classifying costs some microseconds. A rule that cannot be evaluated on a reading
 * does not match it and is listed in the classification's failures.
 * @throws EntrainError `invalid-argument` that names the field; for an expression (`policy.rules[3].when`, `.holdsWhile`) also line and column.
 */
export function compilePolicy(candidate: unknown): CompiledPolicy {
  const policy = checkPolicy(candidate);
  const rules = policy.rules.map((rule, index) => ({
    rule,
    matches: compiledCondition(`policy.rules[${index}].when`, rule.when),
    holds: compiledCondition(
      `policy.rules[${index}].${rule.holdsWhile === undefined ? "when" : "holdsWhile"}`,
      rule.holdsWhile ?? rule.when,
    ),
  }));
  const byId = new Map(rules.map((compiled) => [compiled.rule.id, compiled]));
  return {
    policy,
    numberFields: numberFieldsOf(rules.flatMap(({ matches, holds }) => [...new Set([matches.tree, holds.tree])])),
    holds(ruleId, reading) {
      try {
        return byId.get(ruleId)?.holds.condition(reading) ?? false;
      } catch {
        // Not evaluable is not fulfilled, as with `when`; classifying this reading reports it.
        return false;
      }
    },
    classify(reading: Reading): Classification {
      const failures: { readonly ruleId: string; readonly message: string }[] = [];
      for (const { rule, matches } of rules) {
        try {
          if (!matches.condition(reading)) continue;
        } catch (thrown) {
          failures.push({ ruleId: rule.id, message: thrown instanceof Error ? thrown.message : String(thrown) });
          continue;
        }
        const fingerprint = { kind: rule.kind, subject: subjectOf(reading), band: rule.band };
        return { fingerprint, rule, failures };
      }
      return { fingerprint: normalFingerprint(reading), rule: undefined, failures };
    },
  };
}
