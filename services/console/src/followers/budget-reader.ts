/**
 * Reads the budgets: those that a hint names soon after it, all of them now and then, for hints may be lost. With each look
 * the leases that are over are ended, so that what a vanished holder had comes back though nobody asks for it (B2).
 */
import type { Budget } from "@entrain/core/budget";
import type { BudgetStore, Clock } from "@entrain/ports";
import type { SwarmInput } from "../swarm-model/swarm-model.ts";

/** All budgets are read this often, ms. */
const wholeEveryMs = 5_000;
const pageMax = 1_000;

/** What the reader needs. */
export interface BudgetReaderOptions {
  readonly budgets: BudgetStore;
  readonly clock: Clock;
  /** The ids that are known. */
  readonly known: () => readonly string[];
  readonly feed: (input: SwarmInput) => void;
}

/** A reader: `hint` says what changed, `read` looks. */
export function createBudgetReader({ budgets, clock, known, feed }: BudgetReaderOptions): {
  readonly hint: (budgetIds: readonly string[]) => void;
  readonly read: () => Promise<void>;
} {
  const hinted = new Set<string>();
  let wholeDueMs = 0;

  async function readAll(): Promise<void> {
    const found: Budget[] = [];
    let after: number | undefined;
    do {
      const page = await budgets.list(pageMax, after);
      found.push(...page.budgets);
      after = page.next;
    } while (after !== undefined);
    const ids = new Set([...known(), ...found.map(({ budgetId }) => budgetId)]);
    feed({ kind: "budgets", asked: [...ids], found });
  }

  return {
    hint(budgetIds) {
      for (const budgetId of budgetIds) hinted.add(budgetId);
    },
    async read() {
      await budgets.reclaim();
      const asked = [...hinted];
      hinted.clear();
      if (clock.monoMs() >= wholeDueMs) {
        await readAll();
        wholeDueMs = clock.monoMs() + wholeEveryMs;
      } else if (asked.length > 0) feed({ kind: "budgets", asked, found: await budgets.read(asked) });
    },
  };
}
