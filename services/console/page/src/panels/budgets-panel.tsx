/** The budgets with their use, the tree in depth-first order. */
import type { BudgetView } from "../../../src/contract/budget-view.ts";
import type { SwarmFeed } from "../feed/swarm-feed.ts";

/** A row for each resource of each budget. */
export function BudgetsPanel({ feed }: { readonly feed: SwarmFeed }) {
  const budgets = feed.budgets.value;
  if (budgets === undefined) return <p class="quiet">Reading the budgets…</p>;
  if (budgets.length === 0) return <p class="quiet">No budget was made yet.</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Table of budgets">
      <table>
        <thead>
          <tr>
            <th scope="col">Budget</th>
            <th scope="col">Resource</th>
            <th scope="col">In use</th>
            <th scope="col">Used</th>
            <th scope="col">Granted</th>
            <th scope="col">Limit</th>
          </tr>
        </thead>
        <tbody>
          {inDepth(budgets).flatMap(({ budget, depth }) =>
            Object.entries(budget.limits).map(([resource, limit], index) => {
              const [used, granted] = [budget.used[resource] ?? 0, budget.granted[resource] ?? 0];
              return (
                <tr key={`${budget.budgetId} ${resource}`}>
                  <td>{index === 0 ? `${"\u2003".repeat(depth)}${budget.budgetId}` : ""}</td>
                  <td>{resource}</td>
                  <td>
                    <meter
                      min={0}
                      max={Math.max(1, limit)}
                      value={used + granted}
                      aria-label={`${budget.budgetId}, ${resource}: ${used + granted} of ${limit}`}
                    />
                  </td>
                  <td>{used}</td>
                  <td>{granted}</td>
                  <td>{limit}</td>
                </tr>
              );
            }),
          )}
        </tbody>
      </table>
    </div>
  );
}

/** Each budget behind its parent. */
function inDepth(
  budgets: readonly BudgetView[],
  parentId: string | null = null,
  depth = 0,
): readonly { readonly budget: BudgetView; readonly depth: number }[] {
  return budgets
    .filter((budget) => budget.parentId === parentId)
    .flatMap((budget) => [{ budget, depth }, ...inDepth(budgets, budget.budgetId, depth + 1)]);
}
