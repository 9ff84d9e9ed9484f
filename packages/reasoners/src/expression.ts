/**
 * One rule's condition: a CEL expression over `t`, the reading, compiled once and evaluated on each reading.
 *
 * Policies come from outside, so what an evaluation may cost is fixed before it runs: size and depth are bounded, and of
 * CEL's functions only those are allowed whose cost is that of reading their arguments. Loops over lists (`all`, `map` …) and
 * `cel.bind` could be nested into exponential work; `matches` runs on a backtracking engine. None of them is needed on
 * a flat map of numbers, texts and flags. Why this library: docs/adr/0003-cel.md.
 */
import { Environment, EvaluationError, ParseError, TypeError, type ASTNode } from "@marcbachmann/cel-js";
import { EntrainError } from "@entrain/kernel";
import type { Reading } from "@entrain/core/decision";
import { partsOf } from "./number-fields.ts";

/** The largest expression that is compiled; its length in characters is bounded by the policy's check. */
export const expressionLimits = { nodes: 256, depth: 32, listElements: 100 } as const;

/** The functions that an expression may call; the operators of CEL are all allowed. */
export const allowedFunctions: readonly string[] = [
  "has",
  "size",
  "contains",
  "startsWith",
  "endsWith",
  "lowerAscii",
  "double",
  "int",
  "string",
];

const environment = createEnvironment().registerVariable("t", "map<string, dyn>");

/** An environment with these bounds, and no variables yet. */
export function createEnvironment(): Environment {
  return new Environment({
    limits: {
      maxAstNodes: expressionLimits.nodes,
      maxDepth: expressionLimits.depth,
      maxListElements: expressionLimits.listElements,
      maxMapEntries: 0,
      maxCallArguments: 3,
    },
  });
}

/** A condition on readings. @throws Error with a sentence where the reading does not fit (a text compared with a number). */
export type Condition = (reading: Reading) => boolean;

/**
 * Compiles a condition.
 * @throws EntrainError `invalid-argument` that names `field`, line and column for a parse error, a type error, a function
 *   that is not allowed, or an expression that is too large or cannot be true or false.
 */
export function compileCondition(field: string, expression: string): Condition {
  const { type, run } = compileExpression(environment, field, expression);
  if (type !== "bool" && type !== "dyn")
    throw EntrainError.invalid(field, expression, `write a condition: this gives ${type ?? "nothing"}, not bool`);
  return (reading) => {
    const result = run({ t: reading });
    if (typeof result === "boolean") return result;
    throw new Error(`it gives a ${typeof result}, not true or false`);
  };
}

/** The parts of a condition that has been compiled before. */
export function conditionTree(expression: string): ASTNode {
  return environment.parse(expression).ast;
}

/** A compiled expression: what it gives, as far as that is known before it runs, and how it is run. */
export interface CompiledExpression {
  readonly type: string | undefined;
  /** @throws Error with a sentence where the values do not fit */
  readonly run: (variables: Readonly<Record<string, unknown>>) => unknown;
}

/**
 * Compiles an expression.
 * @throws EntrainError `invalid-argument` that names `field`, line and column for a parse error, a type error, a function that
 *   is not allowed, or an expression that is too large.
 */
export function compileExpression(environment: Environment, field: string, expression: string): CompiledExpression {
  const parsed = attempt(field, expression, () => environment.parse(expression));
  refuseOtherFunctions(field, expression, parsed.ast);
  const checked = parsed.check();
  if (checked.error !== undefined) throw wrong(field, expression, checked.error);
  return { type: checked.type, run: (variables) => evaluate((): unknown => parsed(variables)) };
}

function attempt<T>(field: string, expression: string, run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    throw wrong(field, expression, thrown);
  }
}

/** The library's messages show a drawing of the place; here one sentence is enough. */
function evaluate(run: () => unknown): unknown {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof EvaluationError || thrown instanceof TypeError)
      throw new Error(thrown.summary, { cause: thrown });
    throw thrown;
  }
}

function wrong(field: string, expression: string, thrown: unknown): EntrainError {
  if (!(thrown instanceof ParseError || thrown instanceof TypeError)) return EntrainError.from(thrown);
  return misplaced(field, expression, thrown.range?.start ?? 0, thrown.summary);
}

function misplaced(field: string, expression: string, offset: number, what: string): EntrainError {
  const before = expression.slice(0, offset).split("\n");
  const position = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  const remedy = `at line ${position.line}, column ${position.column}: ${what}`;
  return EntrainError.invalid(field, expression, remedy, { position });
}

function refuseOtherFunctions(field: string, expression: string, node: ASTNode): void {
  if ((node.op === "call" || node.op === "rcall") && !allowedFunctions.includes(node.args[0]))
    throw misplaced(
      field,
      expression,
      node.pos,
      `${node.args[0]}() is not allowed; there are ${allowedFunctions.join(", ")}`,
    );
  for (const child of partsOf(node)) refuseOtherFunctions(field, expression, child);
}
