/**
 * Conditions that were compiled before, by their text. A policy changes a rule at a time and is compiled whole by everybody who
 * takes it into use: of twenty rules nineteen are the old ones, and what is compiled of a text depends on nothing else.
 * Bounded: what was not asked for longest goes first. A condition that does not compile is not kept: its error names its place.
 */
import type { ASTNode } from "@marcbachmann/cel-js";
import { compileCondition, conditionTree, type Condition } from "./expression.ts";

/** More than the rules of one policy have; each of a kilobyte at most. */
const keptMax = 1_000;

/** A condition as it is evaluated, and its parts. */
export interface CompiledCondition {
  readonly condition: Condition;
  readonly tree: ASTNode;
}

const kept = new Map<string, CompiledCondition>();

/**
 * The compiled condition.
 * @throws EntrainError `invalid-argument` that names `field`, line and column
 */
export function compiledCondition(field: string, expression: string): CompiledCondition {
  const known = kept.get(expression);
  const compiled = known ?? {
    condition: compileCondition(field, expression),
    tree: conditionTree(expression),
  };
  if (known !== undefined) kept.delete(expression);
  kept.set(expression, compiled);
  const [oldest] = kept.keys();
  if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
  return compiled;
}
