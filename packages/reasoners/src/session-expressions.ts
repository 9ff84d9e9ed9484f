/**
 * The expressions of sessions (templates of steps, scores, criteria), in CEL: see expression.ts for what they may cost.
 * Variables: `input` of the session, `value` that comes before the step, `iteration`, `last` iteration's result, `item` and
 * `index` within branches, `result` in scores and criteria, `change` of the context in reactions; one that does not apply is null.
 */
import { EntrainError, type Json } from "@entrain/kernel";
import type { CheckExpression, Evaluate } from "@entrain/core/session";
import { compileExpression, createEnvironment, type CompiledExpression } from "./expression.ts";

const variables = ["input", "value", "iteration", "last", "item", "index", "result", "change"] as const;
/** Compiled expressions that are remembered. */
const rememberedMax = 1_000;
const charactersMax = 2_000;

/** Checks and works out the expressions of sessions. */
export interface SessionExpressions {
  readonly check: CheckExpression;
  readonly evaluate: Evaluate;
}

/** With a memory of compiled expressions. */
export function createSessionExpressions(): SessionExpressions {
  const environment = createEnvironment();
  for (const name of variables) environment.registerVariable(name, "dyn");
  const compiled = new Map<string, CompiledExpression>();

  function compile(field: string, expression: string): CompiledExpression {
    const known = compiled.get(expression);
    if (known !== undefined) return known;
    if (expression.length > charactersMax)
      throw EntrainError.invalid(
        field,
        `an expression of ${expression.length} characters`,
        `write at most ${charactersMax}`,
      );
    const fresh = compileExpression(environment, field, expression);
    if (compiled.size >= rememberedMax) compiled.delete(compiled.keys().next().value ?? "");
    compiled.set(expression, fresh);
    return fresh;
  }

  return {
    check: (field, expression) => void compile(field, expression),
    evaluate(expression, given) {
      const known = Object.fromEntries(variables.map((name) => [name, given[name] ?? null]));
      return jsonFrom(compile("expression", expression).run(known));
    },
  };
}

/** CEL's whole numbers are bigints, its maps may be Maps. */
function jsonFrom(value: unknown): Json {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(jsonFrom);
  if (value instanceof Map) return jsonFrom(Object.fromEntries(value));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, jsonFrom(member)]));
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean" || value === null)
    return value;
  throw new EntrainError("invalid-argument", `an expression gives a ${typeof value}, which is no JSON`);
}
