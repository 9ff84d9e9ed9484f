/** Commands on a small tree of budgets at random, so that they meet. */
import type { Random } from "@entrain/kernel";
import {
  allocationRequest,
  budgetDefinition,
  budgetStrategyNames,
  checkPolicy,
  type BudgetCommand,
  type BudgetExhaustion,
  type PolicyWish,
} from "@entrain/core/budget";

const parents: Readonly<Record<string, string | undefined>> = {
  root: undefined,
  a: "root",
  b: "root",
  c: "root",
  deep: "a",
};

function anyPolicy(random: Random): PolicyWish {
  const exhaustion: readonly BudgetExhaustion[] = [
    { kind: "fail" },
    { kind: "queue", waitMs: 1_000 },
    { kind: "degrade", leastPercent: 1 + random.int(100) },
  ];
  return {
    reserves: { emergency: random.int(30), parallel: random.int(30) },
    tiers: { gold: 80 + random.int(21), bronze: random.int(80) },
    exhaustion: exhaustion[random.int(3)],
  };
}

function anyClass(random: Random): { readonly reserve?: string; readonly tier?: string } {
  const roll = random.int(8);
  if (roll === 0) return { reserve: "emergency" };
  if (roll === 1) return { reserve: "parallel", tier: "gold" };
  return roll === 2 ? { tier: "bronze" } : {};
}

/** The `step`-th of them, with leases and periods of forecasts of so many ms. */
export function anyCommand(random: Random, step: number, leaseMs: number, periodMs: number): BudgetCommand {
  const one = <T>(list: readonly T[]): T => list[random.int(list.length)]!;
  const budgetId = one(Object.keys(parents));
  const amounts = { credits: 1 + random.int(8), slots: 1 + random.int(8) };
  const some = random.next() < 0.5 ? amounts : { slots: amounts.slots };
  const allocationId = `a-${1 + random.int(1 + step / 3)}`;
  const requestId = `r-${random.int(200)}`;
  const roll = random.next();
  if (roll < 0.15) {
    const size = random.int(20);
    const limits = budgetId === "root" ? { credits: 400, slots: 60 } : { credits: size * 4, slots: size };
    const strategy = one(budgetStrategyNames);
    const forecast = strategy === "predictive" ? { periodMs } : undefined;
    const policy = random.next() < 0.5 ? {} : anyPolicy(random);
    const own = budgetId === "root" || random.int(2) === 0 ? undefined : leaseMs;
    const tree = { budgetId, parentId: parents[budgetId], leaseMs: own };
    const wish = { ...tree, limits, strategy, weight: 1 + random.int(3), forecast };
    return { kind: "create", definition: budgetDefinition({ ...wish, ...policy }) };
  }
  if (roll < 0.5) {
    // Places last as long as leases do.
    const keepPlaceMs = random.int(3) === 0 ? leaseMs : undefined;
    const least = random.int(6) === 0 ? { slots: 1 + random.int(some.slots) } : undefined;
    const own = { requestId, amounts: some, leaseMs, keepPlaceMs, least, priority: random.int(10) };
    const wish = { ...own, ...anyClass(random) };
    return { kind: "allocate", request: allocationRequest(budgetId, wish) };
  }
  if (roll < 0.6) return { kind: "extend", budgetId, allocationId, leaseMs };
  if (roll < 0.7) return { kind: "consume", budgetId, allocationId, consumed: { credits: random.int(9) } };
  if (roll < 0.85) return { kind: "release", budgetId, allocationId };
  if (roll < 0.88) {
    const limits = budgetId === "root" ? { slots: 50 + random.int(20) } : undefined;
    return {
      kind: "amend",
      budgetId,
      policy: checkPolicy(anyPolicy(random)),
      ...(limits === undefined ? {} : { limits }),
    };
  }
  if (roll < 0.9) return { kind: "prolong", budgetId, leaseMs };
  if (roll < 0.97) return { kind: "transfer", from: budgetId, to: one(Object.keys(parents)), amounts: some, requestId };
  return { kind: "close", budgetId };
}
