/** A store of budgets that tells of each command how it was answered; else it is the store. */
import { EntrainError } from "@entrain/kernel";
import type { BudgetStore, EventSink } from "@entrain/ports";

/** The store, observed. */
export function observeBudgets(store: BudgetStore, events: EventSink): BudgetStore {
  return {
    ...store,
    async apply(command) {
      const operation = command.kind;
      try {
        const outcome = await store.apply(command);
        const said = outcome.kind === "refused" ? outcome.refusal.kind : outcome.kind;
        events({ kind: "budget.answered", operation, outcome: said });
        return outcome;
      } catch (thrown) {
        events({ kind: "budget.answered", operation, outcome: EntrainError.from(thrown).code });
        throw thrown;
      }
    },
  };
}
