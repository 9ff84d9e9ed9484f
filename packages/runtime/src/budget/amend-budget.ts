/**
 * Changes a budget while others may do the same: it is read, changed and written where it is still what was read, and else
 * read again. Each round in which one is refused another one came through.
 */
import type { Random } from "@entrain/kernel";
import { budgetAmendment, type Budget, type BudgetChange, type BudgetOutcome } from "@entrain/core/budget";
import type { BudgetStore, Timers } from "@entrain/ports";

/** Most tries, and the longest pause before the next one, ms. */
const triesMax = 8;
const pauseMs = 100;

/** What it takes to amend. */
export interface BudgetAmender {
  readonly store: Pick<BudgetStore, "apply" | "read">;
  readonly timers: Timers;
  readonly random: Random;
}

/**
 * How it turned out: a refusal is an answer, `policy-changed` after eight tries among them.
 * @throws EntrainError of the store; `invalid-argument` that names the field
 */
export async function amendBudget(
  amender: BudgetAmender,
  budgetId: string,
  change: BudgetChange,
): Promise<BudgetOutcome> {
  const { store, timers, random } = amender;
  for (let tries = 1; ; tries++) {
    const [budget]: readonly Budget[] = await store.read([budgetId]);
    if (budget === undefined) return { kind: "refused", refusal: { kind: "unknown-budget", budgetId } };
    const outcome = await store.apply(budgetAmendment(budget, change));
    const isOvertaken = outcome.kind === "refused" && outcome.refusal.kind === "policy-changed";
    if (!isOvertaken || tries === triesMax) return outcome;
    await new Promise<void>((resolve) => timers.after(pauseMs * random.next(), resolve));
  }
}
