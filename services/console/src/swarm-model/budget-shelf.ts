/** The budgets as they were last read: what changed since becomes events, one per budget. */
import type { Budget } from "@entrain/core/budget";
import { budgetView } from "../contract/budget-view.ts";
import type { SwarmEvent } from "../contract/swarm-event.ts";

/** What is known of the budgets. */
export interface BudgetShelf {
  /** Budgets as they are now; of those asked for, the ones that are missing are gone. */
  read(asked: readonly string[], found: readonly Budget[]): readonly SwarmEvent[];
  /** All of them, in the order in which they were first seen. */
  all(): readonly Budget[];
}

/** A shelf that knows of none. */
export function createBudgetShelf(): BudgetShelf {
  const known = new Map<string, Budget>();
  return {
    read(asked, found) {
      const events: SwarmEvent[] = [];
      const present = new Map(found.map((budget) => [budget.budgetId, budget]));
      for (const budgetId of asked) {
        const [before, now] = [known.get(budgetId), present.get(budgetId)];
        if (JSON.stringify(before) === JSON.stringify(now)) continue;
        if (now === undefined) known.delete(budgetId);
        else known.set(budgetId, now);
        const last = now ?? before;
        if (last !== undefined)
          events.push({ type: "budget.changed", data: { ...budgetView(last), freed: now === undefined } });
      }
      return events;
    },
    all: () => [...known.values()],
  };
}
