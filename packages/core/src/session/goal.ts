/** What a session, or one within a session, is to reach: criteria, and how near a result is to them. */
import { checkId, EntrainError, type Json, membersOf } from "@entrain/kernel";
import { listOf, type Variables } from "./node.ts";
import { sessionLimits, type Criterion, type Score, type SessionGoal } from "./session.ts";

/** Refuses an expression that does not parse. @throws EntrainError `invalid-argument` with line and column */
export type CheckExpression = (field: string, expression: string) => void;

/** The whole goal; `field` is where it stands. @throws EntrainError `invalid-argument` that names the field */
export function checkGoal(value: unknown, field: string, checkExpression: CheckExpression): SessionGoal {
  const {
    description = "",
    criteria = [],
    threshold = 100,
  } = membersOf(value, field, ["description", "criteria", "threshold"]);
  if (typeof description !== "string" || description.length > 1_000)
    throw EntrainError.invalid(`${field}.description`, description, "give a text of at most 1000 characters");
  if (!(typeof threshold === "number" && threshold >= 0 && threshold <= 100))
    throw EntrainError.invalid(`${field}.threshold`, threshold, "give a number from 0 to 100");
  const checked = listOf(criteria, `${field}.criteria`, 0, sessionLimits.criteriaMax).map((criterion, index) =>
    checkCriterion(criterion, `${field}.criteria[${index}]`, checkExpression),
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

/** How near the goal a result is; without criteria it is reached by having one. */
export function scoreOf(
  goal: SessionGoal,
  known: { readonly result: Json; readonly input: Json; readonly iteration: number },
  evaluate: (expression: string, variables: Variables) => Json,
): Score {
  const parts = goal.criteria.map(({ name, weight, required, condition }) => {
    let met = false;
    try {
      met = evaluate(condition, { ...known, value: known.result }) === true;
    } catch {
      // A condition that does not fit the result is not met; it says so by its part.
    }
    return { name, weight, required, met };
  });
  const whole = parts.reduce((sum, { weight }) => sum + weight, 0);
  const got = parts.reduce((sum, { weight, met }) => sum + (met ? weight : 0), 0);
  const score = whole === 0 ? 100 : (100 * got) / whole;
  return { score, parts, reached: score >= goal.threshold && parts.every(({ required, met }) => met || !required) };
}

/** What is missing of a goal, in words. */
export function whyNot({ threshold }: SessionGoal, { score, parts }: Score): string {
  const missed = parts.filter(({ met }) => !met).map(({ name }) => name);
  return `score ${score.toFixed(1)} of ${threshold}, not met: ${missed.join(", ")}`;
}
