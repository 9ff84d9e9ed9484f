/** The tree that a chaos run over budgets works: one of every strategy and policy, so that they meet. */
import type { Random } from "@entrain/kernel";
import type { BudgetWish } from "@entrain/core/budget";

/** Limits of the root; what they come to in the end must be exact. */
export const rootLimits = { credits: 100_000, slots: 200 };
/** Short periods, so that a run sees many. */
const forecast = { periodMs: 200 };
const small = { credits: 5_000, slots: 10 };
const large = { credits: 20_000, slots: 10 };

/** In the order in which they are made. */
export const budgetsTree: readonly BudgetWish[] = [
  { budgetId: "root", limits: rootLimits },
  { budgetId: "strict", parentId: "root", limits: { credits: 20_000, slots: 40 }, reserves: { emergency: 20 } },
  { budgetId: "elastic-a", parentId: "root", limits: large, strategy: "elastic" },
  { budgetId: "less", parentId: "root", limits: small, exhaustion: { kind: "degrade", leastPercent: 20 } },
  { budgetId: "elastic-b", parentId: "root", limits: large, strategy: "elastic" },
  { budgetId: "share-a", parentId: "root", limits: small, strategy: "proportional", weight: 3 },
  { budgetId: "share-b", parentId: "root", limits: small, strategy: "proportional" },
  { budgetId: "ahead-a", parentId: "root", limits: small, strategy: "predictive", forecast },
  { budgetId: "ahead-b", parentId: "root", limits: small, strategy: "predictive", forecast },
  { budgetId: "ranked", parentId: "strict", limits: small, strategy: "priority" },
  {
    budgetId: "line",
    parentId: "root",
    limits: { credits: 5_000, slots: 6 },
    reserves: { emergency: 20, parallel: 10 },
    tiers: { batch: 60 },
    exhaustion: { kind: "queue", waitMs: 300 },
  },
];

/** Budgets to which children are given for a while. */
export const parentIds = ["root", "strict", "elastic-a"] as const;

/** Who asks, in a budget whose policy knows classes. */
export function anyClassIn(budgetId: string, random: Random): { readonly reserve?: string; readonly tier?: string } {
  const roll = random.int(4);
  if (roll === 0 && (budgetId === "strict" || budgetId === "line")) return { reserve: "emergency" };
  if (budgetId !== "line" || roll === 3) return {};
  return roll === 1 ? { reserve: "parallel" } : { tier: "batch" };
}
