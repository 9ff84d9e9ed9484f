/** Budgets and what is taken from them, as everybody sees them (B1 to B3). */
import { checkId, EntrainError } from "@entrain/kernel";
import { amountOf, checkAmounts, usualKind, type Amounts, type ResourceKind } from "./amounts.ts";
import { checkWithin } from "./check-within.ts";
import { checkForecast, type ForecastSettings } from "./forecast.ts";
import { checkClassName, checkPolicy, type BudgetPolicy, type PolicyWish } from "./policy.ts";

/** How a budget finds room when its own is used up; see strategies.ts. */
export type BudgetStrategyName = "strict" | "elastic" | "proportional" | "priority" | "predictive";

/** All strategies, the default first. */
export const budgetStrategyNames = [
  "strict",
  "elastic",
  "proportional",
  "priority",
  "predictive",
] as const satisfies readonly BudgetStrategyName[];

/** Bounds, and what holds where a request does not say. */
export const budgetLimits = {
  leaseMs: { usual: 60_000, least: 100, most: 86_400_000 },
  /** From the instant a holder learns of a preemption to the end of its lease, ms. */
  noticeMs: 5_000,
  budgetsMax: 10_000,
  childrenMax: 1_000,
  depthMax: 16,
  weight: { usual: 1, least: 1, most: 1_000 },
  priority: { usual: 0, least: 0, most: 9 },
  /** Requests that wait for room in one budget. */
  waitingMax: 256,
  /** How long a place in the line may be kept from one ask to the next, ms. */
  keepPlaceMs: { least: 1, most: 3_600_000 },
  /** Ended allocations and their request ids are remembered this long, ms. */
  rememberedMs: 3_600_000,
} as const;

/** What a budget is made of. */
export interface BudgetDefinition {
  readonly budgetId: string;
  /** null: a root, which has no lease (B2). */
  readonly parentId: string | null;
  readonly limits: Amounts;
  readonly kinds: Readonly<Record<string, ResourceKind>>;
  readonly strategy: BudgetStrategyName;
  /** Share among its siblings of strategy `proportional`. */
  readonly weight: number;
  /** null: as long as its parent. */
  readonly leaseMs: number | null;
  /** Of strategy `predictive` alone. */
  readonly forecast?: ForecastSettings;
  /** Its own, with which it begins; left out: what the live policy says, else the usual one. */
  readonly policy?: BudgetPolicy;
}

/** A budget as it stands. limits = used + granted + available, resource by resource. */
export interface Budget {
  readonly budgetId: string;
  readonly parentId: string | null;
  readonly strategy: BudgetStrategyName;
  readonly kinds: Readonly<Record<string, ResourceKind>>;
  readonly limits: Amounts;
  /** Handed out now: to child budgets, and to holders who have not used it yet. */
  readonly granted: Amounts;
  /** Consumed for good. */
  readonly used: Amounts;
  /** Part of `used` that nobody reported: presumed spent by holders who vanished. */
  readonly presumed: Amounts;
  readonly available: Amounts;
  /** Live allocations. */
  readonly leases: number;
  /** Live child budgets. */
  readonly children: number;
  /** The store's clock, Unix ms; null: none. */
  readonly leaseUntilMs: number | null;
  /** True: grants nothing new, and is freed with the last of its children. */
  readonly closing: boolean;
  /** In force: its own, else what the live policy says, else the usual one. */
  readonly policy: BudgetPolicy;
}

/** A wish for a part of a budget. */
export interface AllocationRequest {
  readonly budgetId: string;
  /**
   * The same id with the same amounts is granted once, however often it is sent, and whatever `least` it has: while its part is
   * held it is answered as it stands, for an hour after its end that it has ended. It is forgotten with its budget.
   */
  readonly requestId: string;
  readonly amounts: Amounts;
  readonly leaseMs: number;
  /** Who holds it, for people. */
  readonly holder: string;
  /** Higher ones preempt lower ones in a budget of strategy `priority`. */
  readonly priority: number;
  /** The reserve of the budget's policy that it may use. */
  readonly reserve?: string;
  /** The tier of the budget's policy that it belongs to. */
  readonly tier?: string;
  /** Where there is no room, its place in the line is kept so long from now on, ms (default: it has none, or gives it up). */
  readonly keepPlaceMs?: number;
  /** Takes what there is where the whole is not there, but at least so much; a resource that it does not name whole. */
  readonly least?: Amounts;
}

/** A part of a budget that somebody holds. */
export interface Grant {
  readonly allocationId: string;
  readonly budgetId: string;
  /** What was granted: less than was asked for where the budget's policy or the request says so. */
  readonly amounts: Amounts;
  /** The store's clock, Unix ms. */
  readonly leaseUntilMs: number;
  /** What is left of the lease at the answer, ms: for a holder's own clock. */
  readonly leaseLeftMs: number;
}

/** What somebody may send to define a budget; what is left out has its default. */
export interface BudgetWish extends PolicyWish {
  readonly budgetId: string;
  readonly parentId?: string | null | undefined;
  readonly limits: Amounts;
  readonly kinds?: Readonly<Record<string, ResourceKind>> | undefined;
  readonly strategy?: BudgetStrategyName | undefined;
  readonly weight?: number | undefined;
  readonly leaseMs?: number | undefined;
  readonly forecast?: Partial<ForecastSettings> | undefined;
}

/**
 * The definition that a wish stands for.
 * @throws EntrainError `invalid-argument` that names the field
 */
export function budgetDefinition(wish: BudgetWish): BudgetDefinition {
  const { strategy = "strict", weight = budgetLimits.weight.usual, leaseMs } = wish;
  const budgetId = checkId("budgetId", wish.budgetId);
  const parentId = wish.parentId === undefined || wish.parentId === null ? null : checkId("parentId", wish.parentId);
  if (parentId === budgetId)
    throw EntrainError.invalid("parentId", parentId, "a budget cannot be its own parent: name another");
  if (!budgetStrategyNames.includes(strategy))
    throw EntrainError.invalid("strategy", strategy, `choose ${budgetStrategyNames.join(", ")}`);
  if (parentId === null && leaseMs !== undefined)
    throw EntrainError.invalid("leaseMs", leaseMs, "leave it out: a budget without a parent has no lease");
  if (wish.forecast !== undefined && strategy !== "predictive")
    throw EntrainError.invalid("forecast", strategy, "leave it out: it is of strategy predictive alone");
  const limits = checkAmounts("limits", wish.limits, 0);
  return {
    budgetId,
    parentId,
    limits,
    kinds: kindsOf(limits, wish.kinds ?? {}, parentId),
    strategy,
    weight: checkWithin("weight", weight, budgetLimits.weight),
    leaseMs: leaseMs === undefined ? null : checkWithin("leaseMs", leaseMs, budgetLimits.leaseMs),
    ...(strategy === "predictive" ? { forecast: checkForecast(wish.forecast ?? {}) } : {}),
    ...policyOf(wish),
  };
}

function policyOf({ reserves, tiers, exhaustion }: PolicyWish): { policy?: BudgetPolicy } {
  if (reserves === undefined && tiers === undefined && exhaustion === undefined) return {};
  return { policy: checkPolicy({ reserves, tiers, exhaustion }) };
}

function kindsOf(limits: Amounts, wished: Readonly<Record<string, unknown>>, parentId: string | null) {
  const [named] = Object.keys(wished);
  if (parentId !== null && named !== undefined)
    throw EntrainError.invalid(`kinds/${named}`, wished[named], "leave it out: a child's resources are its parent's");
  const kinds: Record<string, ResourceKind> = {};
  for (const resource of Object.keys(limits)) {
    const kind = Object.hasOwn(wished, resource) ? wished[resource] : usualKind(resource);
    if (kind !== "reusable" && kind !== "consumable")
      throw EntrainError.invalid(`kinds/${resource}`, kind, "choose reusable or consumable");
    kinds[resource] = kind;
  }
  const unknown = Object.keys(wished).find((resource) => !Object.hasOwn(limits, resource));
  if (unknown !== undefined) throw EntrainError.invalid(`kinds/${unknown}`, wished[unknown], "give it a limit as well");
  return kinds;
}

/** What somebody may send to allocate; what is left out has its default. */
export interface AllocationWish {
  readonly requestId: string;
  readonly amounts: Amounts;
  readonly leaseMs?: number | undefined;
  readonly holder?: string | undefined;
  readonly priority?: number | undefined;
  readonly reserve?: string | undefined;
  readonly tier?: string | undefined;
  readonly keepPlaceMs?: number | undefined;
  readonly least?: Amounts | undefined;
}

/** What somebody may change of a budget while it is used; what is left out stays. */
export interface BudgetChange extends PolicyWish {
  /** New limits of a root, by resource. */
  readonly limits?: Amounts | undefined;
}

/**
 * The command that a change of a budget as it was read stands for. A policy is sent whole, with the one that it was made of:
 * whoever changes the same one at once is refused with `policy-changed`, and reads again.
 * @throws EntrainError `invalid-argument` that names the field
 */
export function budgetAmendment({ budgetId, policy }: Budget, change: BudgetChange) {
  const { limits, reserves, tiers, exhaustion } = change;
  const changes = [limits, reserves, tiers, exhaustion].filter((one) => one !== undefined);
  if (changes.length === 0)
    throw EntrainError.invalid("limits", undefined, "give limits, reserves, tiers or exhaustion");
  return {
    kind: "amend",
    budgetId,
    ...(limits === undefined ? {} : { limits: checkAmounts("limits", limits, 0) }),
    ...(changes.length > (limits === undefined ? 0 : 1)
      ? { policy: checkPolicy({ reserves, tiers, exhaustion }, policy), base: policy }
      : {}),
  } as const;
}

const requestIdPattern = /^[\x21-\x7e]{1,128}$/;

/** @throws EntrainError `invalid-argument` for what is no request id */
export function checkBudgetRequestId(value: unknown): string {
  if (typeof value === "string" && requestIdPattern.test(value)) return value;
  throw EntrainError.invalid("requestId", value, "use 1 to 128 visible ASCII characters without spaces");
}

/**
 * The request that a wish stands for.
 * @throws EntrainError `invalid-argument` that names the field
 */
export function allocationRequest(budgetId: string, wish: AllocationWish): AllocationRequest {
  const { leaseMs = budgetLimits.leaseMs.usual, holder = "", priority = budgetLimits.priority.usual } = wish;
  const { reserve, tier, keepPlaceMs, least } = wish;
  const amounts = checkAmounts("amounts", wish.amounts, 1);
  return {
    budgetId: checkId("budgetId", budgetId),
    requestId: checkBudgetRequestId(wish.requestId),
    amounts,
    leaseMs: checkWithin("leaseMs", leaseMs, budgetLimits.leaseMs),
    holder: holder === "" ? "" : checkId("holder", holder),
    priority: checkWithin("priority", priority, budgetLimits.priority),
    ...(reserve === undefined ? {} : { reserve: checkClassName("reserve", reserve) }),
    ...(tier === undefined ? {} : { tier: checkClassName("tier", tier) }),
    ...(keepPlaceMs === undefined
      ? {}
      : { keepPlaceMs: checkWithin("keepPlaceMs", keepPlaceMs, budgetLimits.keepPlaceMs) }),
    ...(least === undefined ? {} : { least: checkLeast(least, amounts) }),
  };
}

function checkLeast(value: unknown, amounts: Amounts): Amounts {
  const least = checkAmounts("least", value, 1);
  for (const [resource, amount] of Object.entries(least))
    if (amount > amountOf(amounts, resource))
      throw EntrainError.invalid(`least/${resource}`, amount, "give at most what amounts says of it");
  return least;
}

/** Equal but for the order of names. */
export function isSameDefinition(a: BudgetDefinition, b: BudgetDefinition): boolean {
  const text = (definition: BudgetDefinition): string =>
    JSON.stringify({
      ...definition,
      limits: Object.entries(definition.limits).sort(),
      kinds: Object.entries(definition.kinds).sort(),
    });
  return text(a) === text(b);
}
