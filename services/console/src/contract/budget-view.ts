/** `GET` and `POST /api/v1/budgets`, their allocations, transfers and audit. */
import { Type, type Static } from "typebox";
import { budgetLimits, budgetStrategyNames, forecastLimits, type Budget } from "@entrain/core/budget";
import { closedObject, nextCursor, numberOrNull, oneOf, staleMark, textOrNull, unixMs } from "./scalars.ts";

const amounts = (description: string) => Type.Record(Type.String(), Type.Number(), { description });
const kind = oneOf(["reusable", "consumable"], "Comes back at its lease's end, or is presumed spent.");
const strategy = oneOf(budgetStrategyNames, "How it finds room when its own is used up (default strict).");
const leaseMs = Type.Integer({
  minimum: budgetLimits.leaseMs.least,
  maximum: budgetLimits.leaseMs.most,
  description: `How long, ms (default ${budgetLimits.leaseMs.usual}).`,
});
const requestId = Type.String({ description: "The same id with the same body is carried out once." });
const id = (description: string) => Type.String({ minLength: 1, maxLength: 63, description });

/** A budget: limits = used + granted + available, resource by resource. */
export const budgetSchema = closedObject({
  budgetId: Type.String(),
  parentId: textOrNull("null: a root."),
  limits: amounts("What it may hand out and use."),
  used: amounts("Consumed for good."),
  granted: amounts("Handed out now: to child budgets, and to holders who have not used it yet."),
  available: amounts("What is left."),
  leases: Type.Integer({ description: "Live allocations." }),
  presumed: amounts("Part of `used` that its holders, who vanished, never reported."),
  kinds: Type.Record(Type.String(), kind),
  strategy,
  children: Type.Integer({ description: "Live child budgets." }),
  leaseUntil: numberOrNull("End of its lease by Redis's clock, Unix ms; null: none."),
  closing: Type.Boolean({ description: "It grants nothing new, and is freed with the last of its children." }),
});

export const budgetsAnswerSchema = closedObject({
  budgets: Type.Array(budgetSchema),
  next: nextCursor,
  stale: staleMark,
});

const { periodMs, levelPercent, trendPercent } = forecastLimits;
const bounded = ({ least, most, usual }: typeof periodMs | typeof levelPercent | typeof trendPercent, what: string) =>
  Type.Optional(Type.Integer({ minimum: least, maximum: most, description: `${what} (default ${usual}).` }));
const forecast = closedObject(
  {
    periodMs: bounded(periodMs, "Length of a period, and how far a forecast reaches, ms"),
    levelPercent: bounded(levelPercent, "Weight of the last period in the level"),
    trendPercent: bounded(trendPercent, "Weight of the last change in the trend"),
  },
  "How a budget of strategy predictive looks ahead.",
);

/** The body of `POST /api/v1/budgets`; amounts are checked by the core. */
export const budgetBodySchema = closedObject({
  budgetId: id("Its name."),
  parentId: Type.Optional(Type.Union([id("The budget of which it is a part."), Type.Null()])),
  limits: Type.Object({}, { description: "Amounts by resource, whole numbers." }),
  kinds: Type.Optional(Type.Object({}, { description: "reusable or consumable, by resource; of a root alone." })),
  strategy: Type.Optional(strategy),
  weight: Type.Optional(
    Type.Integer({ description: "Share among its siblings of strategy proportional (default 1)." }),
  ),
  leaseMs: Type.Optional(leaseMs),
  forecast: Type.Optional(forecast),
});

/** The body of `POST /api/v1/budgets/{id}/allocations`. */
export const allocationBodySchema = closedObject({
  requestId,
  amounts: Type.Object({}, { description: "Amounts by resource, whole numbers from 1." }),
  leaseMs: Type.Optional(leaseMs),
  holder: Type.Optional(id("Who holds it, for people.")),
  priority: Type.Optional(
    Type.Integer({ description: "0 to 9; higher ones preempt lower ones where the strategy is priority." }),
  ),
});

export const allocationAnswerSchema = closedObject({
  allocationId: Type.String(),
  amounts: amounts("What was granted."),
  leaseUntil: unixMs("Redis's clock"),
});

/** The body of `PATCH /api/v1/budgets/{id}/allocations/{allocationId}`. */
export const allocationPatchSchema = closedObject({
  leaseMs: Type.Optional(leaseMs),
  consumed: Type.Optional(Type.Object({}, { description: "Totals consumed so far, by consumable resource." })),
});

export const extensionAnswerSchema = closedObject({
  allocationId: Type.String(),
  leaseUntil: numberOrNull("End of the lease, Unix ms; null where it was not prolonged."),
});

/** The body of `POST /api/v1/budgets/{id}/transfers`. */
export const transferBodySchema = closedObject({
  requestId,
  to: id("Its parent, child or sibling."),
  amounts: Type.Object({}, { description: "Amounts by resource, whole numbers from 1." }),
});

/** The answer of `GET /api/v1/budget-audit`. */
export const auditAnswerSchema = closedObject({
  entries: Type.Integer({ description: "Changes that were replayed." }),
  complete: Type.Boolean({ description: "The log reaches back to the first change." }),
  faults: Type.Array(Type.String(), { description: "Breaches of B1 to B3 and differences; none is good." }),
  presumed: Type.Array(
    closedObject({ budgetId: Type.String(), resource: Type.String(), amount: Type.Number() }, "Presumed spent."),
  ),
});

export type BudgetView = Static<typeof budgetSchema>;
export type BudgetBody = Static<typeof budgetBodySchema>;
export type AllocationBody = Static<typeof allocationBodySchema>;
export type AllocationPatch = Static<typeof allocationPatchSchema>;
export type TransferBody = Static<typeof transferBodySchema>;

/** A budget as the API shows it. */
export function budgetView(budget: Budget): BudgetView {
  const { leaseUntilMs, ...rest } = budget;
  return { ...rest, leaseUntil: leaseUntilMs };
}
