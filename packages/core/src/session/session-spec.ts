/** What is asked for, checked and made whole. */
import { canonicalJson, checkId, EntrainError, type Json } from "@entrain/kernel";
import { checkAmounts } from "../budget/index.ts";
import { checkWhole } from "../task/index.ts";
import { checkStep, listOf, membersOf, type CheckWorld, type Pattern, type PatternNode } from "./node.ts";
import {
  exhaustionPolicies,
  sessionLimits,
  type Criterion,
  type ExhaustionPolicy,
  type SessionGoal,
  type SessionSpec,
} from "./session.ts";

/** Refuses an expression that does not parse. @throws EntrainError `invalid-argument` with line and column */
export type CheckExpression = (field: string, expression: string) => void;

/** What a check needs. */
export interface SpecOptions {
  readonly patterns: ReadonlyMap<string, Pattern>;
  readonly checkExpression: CheckExpression;
}

/**
 * The whole specification: `goal` {description?, criteria?, threshold?} , `pattern`, `input?`, `timeoutMs?`, `iterationsMax?`,
 * `budget?` {budgetId, amounts, exhausted?}, `sessionId?`.
 * @param sessionId for one that names none
 * @throws EntrainError `invalid-argument` that names the field
 */
export function sessionSpec(wish: unknown, sessionId: string, options: SpecOptions): SessionSpec {
  refuseCycles(wish);
  const said = membersOf(wish, "session", [
    "sessionId",
    "goal",
    "pattern",
    "input",
    "timeoutMs",
    "iterationsMax",
    "budget",
  ]);
  const { least, most, usual } = sessionLimits.timeoutMs;
  const spec: SessionSpec = {
    sessionId: checkId("sessionId", said["sessionId"] ?? sessionId),
    goal: checkGoal(said["goal"] ?? {}, options.checkExpression),
    pattern: checkNode(said["pattern"], "pattern", options, 1),
    input: (said["input"] ?? null) as Json,
    timeoutMs: checkWhole("timeoutMs", (said["timeoutMs"] ?? usual) as number, least, most),
    iterationsMax: checkWhole(
      "iterationsMax",
      (said["iterationsMax"] ?? sessionLimits.iterations.usual) as number,
      1,
      sessionLimits.iterations.most,
    ),
    budget: checkBudget(said["budget"] ?? null),
  };
  const { length } = canonicalJson(spec);
  if (length > sessionLimits.textMax)
    throw EntrainError.invalid("session", `JSON of ${length} characters`, `stay within ${sessionLimits.textMax}`);
  return spec;
}

/** The capabilities that a pattern needs. */
export function capabilitiesOf(value: Json | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (part: Json | undefined): void => {
    if (typeof part !== "object" || part === null) return;
    const { capability } = part as { readonly capability?: Json };
    if (typeof capability === "string") found.add(capability);
    for (const [name, member] of Object.entries(part)) if (name !== "input") look(member);
  };
  look(value);
  return found;
}

function checkNode(value: unknown, field: string, options: SpecOptions, depth: number): PatternNode {
  if (depth > sessionLimits.depthMax)
    throw EntrainError.invalid(field, `depth ${depth}`, `nest patterns at most ${sessionLimits.depthMax} deep`);
  const world: CheckWorld = {
    node: (inner, at) => checkNode(inner, at, options, depth + 1),
    expression(text, at) {
      if (typeof text !== "string") throw EntrainError.invalid(at, text, "give an expression");
      options.checkExpression(at, text);
      return text;
    },
  };
  if (typeof value !== "object" || value === null || !("pattern" in value)) return checkStep(value, field, world);
  const { pattern: name } = value;
  const pattern = typeof name === "string" ? options.patterns.get(name) : undefined;
  if (pattern === undefined)
    throw EntrainError.invalid(`${field}.pattern`, name, `there are ${[...options.patterns.keys()].join(", ")}`);
  pattern.check(value as never, field, world);
  return value as never;
}

function checkGoal(value: unknown, checkExpression: CheckExpression): SessionGoal {
  const {
    description = "",
    criteria = [],
    threshold = 100,
  } = membersOf(value, "goal", ["description", "criteria", "threshold"]);
  if (typeof description !== "string" || description.length > 1_000)
    throw EntrainError.invalid("goal.description", description, "give a text of at most 1000 characters");
  if (!(typeof threshold === "number" && threshold >= 0 && threshold <= 100))
    throw EntrainError.invalid("goal.threshold", threshold, "give a number from 0 to 100");
  const checked = listOf(criteria, "goal.criteria", 0, sessionLimits.criteriaMax).map((criterion, index) =>
    checkCriterion(criterion, `goal.criteria[${index}]`, checkExpression),
  );
  return { description, criteria: checked, threshold };
}

function checkCriterion(value: unknown, field: string, checkExpression: CheckExpression): Criterion {
  const {
    name,
    condition,
    weight = 1,
    required = false,
  } = membersOf(value, field, ["name", "condition", "weight", "required"]);
  if (typeof condition !== "string") throw EntrainError.invalid(`${field}.condition`, condition, "give an expression");
  checkExpression(`${field}.condition`, condition);
  if (!(typeof weight === "number" && weight >= 0 && weight <= 1_000_000))
    throw EntrainError.invalid(`${field}.weight`, weight, "give a number from 0 to 1000000");
  if (typeof required !== "boolean") throw EntrainError.invalid(`${field}.required`, required, "use true or false");
  return { name: checkId(`${field}.name`, name), condition, weight, required };
}

function checkBudget(value: unknown): SessionSpec["budget"] {
  if (value === null) return null;
  const { budgetId, amounts, exhausted = "fail" } = membersOf(value, "budget", ["budgetId", "amounts", "exhausted"]);
  if (!exhaustionPolicies.includes(exhausted as ExhaustionPolicy))
    throw EntrainError.invalid("budget.exhausted", exhausted, `use ${exhaustionPolicies.join(", ")}`);
  return {
    budgetId: checkId("budget.budgetId", budgetId),
    amounts: checkAmounts("budget.amounts", amounts, 1),
    exhausted: exhausted as ExhaustionPolicy,
  };
}

/** What was read from YAML can contain itself. */
function refuseCycles(value: unknown): void {
  const above = new Set<object>();
  const look = (part: unknown, field: string): void => {
    if (typeof part !== "object" || part === null) return;
    if (above.has(part)) throw EntrainError.invalid(field, "a part that contains itself", "break the cycle");
    above.add(part);
    for (const [name, member] of Object.entries(part)) look(member, field === "" ? name : `${field}.${name}`);
    above.delete(part);
  };
  look(value, "");
}
