/**
 * What a budget's policy says of who may have how much of it, and what happens when it is exhausted: data of the budget, that
 * can be changed while it is used.
 *
 * Both reserves and tiers are shares of the limit to which what is out may grow, as trunk reservation has it (J. M.
 * Akinpelu, "The overload performance of engineered networks with nonhierarchical and hierarchical routing", AT&T Bell
 * Laboratories Technical Journal 63(7), 1984): whoever is admitted leaves so much free, and nobody keeps accounts by class.
 * All is whole numbers, so that store and model agree.
 */
import { EntrainError } from "@entrain/kernel";
import { checkWithin } from "./check-within.ts";

/** What happens to a request for which there is not enough room. */
export type BudgetExhaustion =
  | { readonly kind: "fail" }
  /** It waits for room, at most so long; what it says itself counts first. */
  | { readonly kind: "queue"; readonly waitMs: number }
  /** It gets what there is, where that is at least so much of each amount. */
  | { readonly kind: "degrade"; readonly leastPercent: number };

/** Percent by name. */
export type Shares = Readonly<Record<string, number>>;

/** The policy of one budget. */
export interface BudgetPolicy {
  /** Percent of each limit that is kept free for requests that name the reserve. */
  readonly reserves: Shares;
  /** Percent of each limit to which requests that name the tier may fill it. */
  readonly tiers: Shares;
  readonly exhaustion: BudgetExhaustion;
}

/** Who asks, as the policy sees it. */
export interface RequestClass {
  readonly reserve?: string;
  readonly tier?: string;
}

/** Nothing kept back, no tiers, exhaustion fails. */
export const usualPolicy: BudgetPolicy = { reserves: {}, tiers: {}, exhaustion: { kind: "fail" } };

/** Bounds. */
export const policyLimits = {
  namesMax: 16,
  percent: { least: 0, most: 100 },
  leastPercent: { least: 1, most: 100 },
  waitMs: { least: 1, most: 3_600_000 },
} as const;

const namePattern = /^[a-z][a-z0-9-]{0,31}$/;

/** Returns the name of a reserve or tier. @throws EntrainError `invalid-argument` that names the field */
export function checkClassName(field: string, value: unknown): string {
  if (typeof value === "string" && namePattern.test(value)) return value;
  throw EntrainError.invalid(field, value, "use 1 to 32 small letters, digits or '-', a letter first");
}

/** What somebody may send; what is left out is as it was. */
export interface PolicyWish {
  readonly reserves?: Shares | undefined;
  readonly tiers?: Shares | undefined;
  readonly exhaustion?: BudgetExhaustion | undefined;
}

/**
 * The policy that a wish makes of `before`.
 * @throws EntrainError `invalid-argument` that names the field
 */
export function checkPolicy(wish: PolicyWish, before: BudgetPolicy = usualPolicy): BudgetPolicy {
  const reserves = wish.reserves === undefined ? before.reserves : checkShares("reserves", wish.reserves);
  const tiers = wish.tiers === undefined ? before.tiers : checkShares("tiers", wish.tiers);
  const kept = sumOf(reserves);
  if (kept > 100) throw EntrainError.invalid("reserves", `${kept} percent`, "keep back 100 percent together at most");
  const exhaustion = wish.exhaustion === undefined ? before.exhaustion : checkExhaustion(wish.exhaustion);
  return { reserves, tiers, exhaustion };
}

function checkShares(field: string, value: unknown): Shares {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw EntrainError.invalid(field, value, "give an object of percents by name");
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length > policyLimits.namesMax)
    throw EntrainError.invalid(field, `${entries.length} names`, `give ${policyLimits.namesMax} at most`);
  return Object.fromEntries(
    entries.map(([name, percent]) => [
      checkClassName(`${field}/${name}`, name),
      checkWithin(`${field}/${name}`, percent, policyLimits.percent),
    ]),
  );
}

function checkExhaustion(value: unknown): BudgetExhaustion {
  const { kind, waitMs, leastPercent } = (typeof value === "object" && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  switch (kind) {
    case "fail":
      return { kind };
    case "queue":
      return { kind, waitMs: checkWithin("exhaustion/waitMs", waitMs, policyLimits.waitMs) };
    case "degrade":
      return {
        kind,
        leastPercent: checkWithin("exhaustion/leastPercent", leastPercent, policyLimits.leastPercent),
      };
    default:
      throw EntrainError.invalid("exhaustion/kind", kind, "choose fail, queue or degrade");
  }
}

const sumOf = (shares: Shares): number => Object.values(shares).reduce((sum, percent) => sum + percent, 0);

/** What a request names that the policy does not have. */
export function unknownClass(policy: BudgetPolicy, { reserve, tier }: RequestClass): "reserve" | "tier" | undefined {
  if (reserve !== undefined && !Object.hasOwn(policy.reserves, reserve)) return "reserve";
  if (tier !== undefined && !Object.hasOwn(policy.tiers, tier)) return "tier";
  return undefined;
}

/** Percent of the limit to which a request may fill the budget: without what is kept for others, within its tier. */
export function openPercent({ reserves, tiers }: BudgetPolicy, { reserve, tier }: RequestClass): number {
  const own = reserve === undefined ? 0 : (reserves[reserve] ?? 0);
  const ofTier = tier === undefined ? 100 : (tiers[tier] ?? 100);
  return Math.min(100 - (sumOf(reserves) - own), ofTier);
}

/** So many percent of an amount, rounded down; exact for every amount that there may be. */
export function shareOf(amount: number, percent: number): number {
  const hundreds = Math.floor(amount / 100);
  return hundreds * percent + Math.floor(((amount - hundreds * 100) * percent) / 100);
}

/** The least amount of which so many percent, rounded down, are `share`; Infinity for 0 percent of something. */
export function wholeOf(share: number, percent: number): number {
  if (share <= 0) return 0;
  if (percent === 0) return Infinity;
  const parts = Math.floor(share / percent);
  return parts * 100 + Math.ceil(((share - parts * percent) * 100) / percent);
}

/** So many percent of an amount, rounded up: the least that a degraded request takes. */
export function leastOf(amount: number, percent: number): number {
  const hundreds = Math.floor(amount / 100);
  return Math.max(1, hundreds * percent + Math.ceil(((amount - hundreds * 100) * percent) / 100));
}
