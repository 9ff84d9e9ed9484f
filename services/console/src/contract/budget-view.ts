/** `GET` and `POST /api/v1/budgets`, their allocations, transfers and audit. */
import { Type, type Static } from "typebox";
import {
  budgetLimits,
  budgetStrategyNames,
  forecastLimits,
  policyLimits,
  type Budget,
  type BudgetExhaustion,
} from "@entrain/core/budget";
import { closedObject, nextCursor, numberOrNull, oneOf, staleMark, textOrNull, unixMs } from "./scalars.ts";

/** Longest that a request may wait for room over HTTP, ms. */
export const allocationWaitMaxMs = 10_000;

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

const percents = (description: string) => Type.Record(Type.String(), Type.Integer(), { description });
const policy = {
  reserves: percents("Percent of each limit that is kept free for requests that name the reserve."),
  tiers: percents("Percent of each limit to which requests that name the tier may fill it."),
  exhaustion: closedObject(
    {
      kind: oneOf(["fail", "queue", "degrade"], "What happens to a request for which there is not enough."),
      waitMs: Type.Optional(
        Type.Integer({
          minimum: policyLimits.waitMs.least,
          maximum: policyLimits.waitMs.most,
          description: "Of queue: how long it waits for room.",
        }),
      ),
      leastPercent: Type.Optional(
        Type.Integer({
          minimum: policyLimits.leastPercent.least,
          maximum: policyLimits.leastPercent.most,
          description: "Of degrade: percent of each amount that it gets at least.",
        }),
      ),
    },
    "When it is exhausted (default fail).",
  ),
};
const policyWish = {
  reserves: Type.Optional(policy.reserves),
  tiers: Type.Optional(policy.tiers),
  exhaustion: Type.Optional(policy.exhaustion),
};

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
  ...policy,
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
  ...policyWish,
});

/** The body of `PATCH /api/v1/budgets/{id}`. */
export const budgetPatchSchema = closedObject({
  limits: Type.Optional(Type.Object({}, { description: "New limits of a root, by resource." })),
  leaseMs: Type.Optional(
    Type.Integer({
      minimum: budgetLimits.leaseMs.least,
      maximum: budgetLimits.leaseMs.most,
      description: "Prolongs a child to so long from now on, ms: never beyond its parent, and never to an earlier end.",
    }),
  ),
  ...policyWish,
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
  reserve: Type.Optional(Type.String({ description: "The reserve of the budget that it may use." })),
  tier: Type.Optional(Type.String({ description: "The tier of the budget that it belongs to." })),
  waitMs: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: allocationWaitMaxMs,
      description: "Waits that long for room (default: as the budget says, and at most as long).",
    }),
  ),
  least: Type.Optional(
    Type.Object({}, { description: "Takes less where the whole is not there in time, but at least this much." }),
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
  from: Type.Integer({ description: "The entry after whose checkpoint the replay began; 0: the first change." }),
  complete: Type.Boolean({ description: "The log reaches back so far; else only the balance was looked at." }),
  faults: Type.Array(Type.String(), { description: "Breaches of B1 to B3 and differences; none is good." }),
  presumed: Type.Array(
    closedObject({ budgetId: Type.String(), resource: Type.String(), amount: Type.Number() }, "Presumed spent."),
  ),
});

export type BudgetView = Static<typeof budgetSchema>;
export type BudgetBody = Static<typeof budgetBodySchema>;
export type BudgetPatch = Static<typeof budgetPatchSchema>;
export type AllocationBody = Static<typeof allocationBodySchema>;
export type AllocationPatch = Static<typeof allocationPatchSchema>;
export type TransferBody = Static<typeof transferBodySchema>;

/** A budget as the API shows it. */
export function budgetView(budget: Budget): BudgetView {
  const { leaseUntilMs, policy: own, ...rest } = budget;
  return { ...rest, leaseUntil: leaseUntilMs, ...own };
}

/** What a body says of a policy; what kinds of exhaustion there are, and their fields, is checked by the core. */
export const policyOf = ({ reserves, tiers, exhaustion }: BudgetPatch) => ({
  reserves,
  tiers,
  exhaustion: exhaustion as BudgetExhaustion | undefined,
});
