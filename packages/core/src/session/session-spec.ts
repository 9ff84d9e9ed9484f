/** What is asked for, checked and made whole. */
import { canonicalJson, checkId, EntrainError, type Json, membersOf } from "@entrain/kernel";
import { checkAmounts } from "../budget/index.ts";
import { checkWhole } from "../task/index.ts";
import { checkGoal, type CheckExpression } from "./goal.ts";
import { checkStep, type CheckWorld, type Pattern, type PatternNode } from "./node.ts";
import type { SessionDefaults } from "./session-defaults.ts";
import { exhaustionPolicies, sessionLimits, type ExhaustionPolicy, type SessionSpec } from "./session.ts";

/** What a check needs. */
export interface SpecOptions {
  readonly patterns: ReadonlyMap<string, Pattern>;
  readonly checkExpression: CheckExpression;
  /** What counts where a session says nothing (default: what is documented). */
  readonly defaults?: SessionDefaults;
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
  const { defaults = {} } = options;
  const spec: SessionSpec = {
    sessionId: checkId("sessionId", said["sessionId"] ?? sessionId),
    goal: checkGoal(said["goal"] ?? {}, "goal", options.checkExpression),
    pattern: checkNode(said["pattern"], "pattern", options, 1),
    input: (said["input"] ?? null) as Json,
    timeoutMs: checkWhole("timeoutMs", (said["timeoutMs"] ?? defaults.timeoutMs ?? usual) as number, least, most),
    iterationsMax: checkWhole(
      "iterationsMax",
      (said["iterationsMax"] ?? defaults.iterationsMax ?? sessionLimits.iterations.usual) as number,
      1,
      sessionLimits.iterations.most,
    ),
    budget: checkBudget(said["budget"] ?? null),
    ...(Object.keys(defaults).length === 0 ? {} : { defaults }),
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

/** What was read from YAML can contain itself. @throws EntrainError `invalid-argument` that names where */
export function refuseCycles(value: unknown): void {
  const above = new Set<object>();
  const look = (part: unknown, field: string): void => {
    if (typeof part !== "object" || part === null) return;
    if (above.has(part))
      throw EntrainError.invalid(
        field,
        "a part that contains itself",
        "break the cycle: a pattern leads from its first step to its last",
      );
    above.add(part);
    for (const [name, member] of Object.entries(part)) look(member, field === "" ? name : `${field}.${name}`);
    above.delete(part);
  };
  look(value, "");
}
