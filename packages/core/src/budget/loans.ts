/**
 * What an elastic budget owes: parts of limits that its parent and siblings lent it. There is one entry for each lender and
 * resource, so that their number is bounded; what is owed goes back to the last new lender first.
 *
 * - What was consumed for good never comes back: of the oldest loans it is written off.
 * - A lender that is freed leaves what it is owed to its parent: whoever is made under its id later was lent nothing from.
 */
import { freeOf, moveAcross, movePart, type Ledger, type Node } from "./ledger.ts";

/** Takes down that `from` lent the node a part. */
export function owe({ loans }: Node, from: string, resource: string, amount: number): void {
  const known = loans.find((loan) => loan.from === from && loan.resource === resource);
  if (known === undefined) loans.push({ from, resource, amount });
  else known.amount += amount;
}

/** Gives back what is idle, then forgets what can never come back. */
export function giveBack(ledger: Ledger, node: Node): void {
  const parent = ledger.nodes.get(node.definition.parentId ?? "");
  if (parent === undefined) return;
  for (const loan of node.loans.toReversed()) {
    const amount = Math.min(loan.amount, freeOf(node, loan.resource));
    const lender = ledger.nodes.get(loan.from);
    const isSibling = lender !== undefined && lender !== parent && !lender.closing;
    if (isSibling) moveAcross(node, lender, loan.resource, amount);
    else movePart(parent, node, loan.resource, -amount);
    loan.amount -= amount;
  }
  writeOff(node);
}

function writeOff({ loans, accounts }: Node): void {
  const left = new Map(Array.from(accounts, ([resource, { limit, used }]) => [resource, limit - used]));
  for (let at = loans.length - 1; at >= 0; at--) {
    const loan = loans[at];
    if (loan === undefined) continue;
    const possible = left.get(loan.resource) ?? 0;
    loan.amount = Math.min(loan.amount, possible);
    left.set(loan.resource, possible - loan.amount);
    if (loan.amount === 0) loans.splice(at, 1);
  }
}

/** What children of `parent` owe to a lender that was freed, they owe to the parent. */
export function passLoansOn({ nodes }: Ledger, parent: Node, lenderId: string): void {
  for (const id of parent.children) {
    const child = nodes.get(id);
    if (child === undefined) continue;
    for (let at = child.loans.length - 1; at >= 0; at--) {
      const loan = child.loans[at];
      if (loan?.from !== lenderId) continue;
      child.loans.splice(at, 1);
      owe(child, parent.definition.budgetId, loan.resource, loan.amount);
    }
  }
}
