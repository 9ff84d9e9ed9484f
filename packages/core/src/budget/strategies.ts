/**
 * How a budget finds room when its own is used up. A strategy only moves limits between nodes, or gives holders notice:
 * whether the room suffices is asked afterwards, so none of them can grant what is not there (B1). Limits move only where
 * the whole request can then be granted: a refusal leaves them as they are.
 *
 * - strict: none.
 * - elastic: borrows what is idle, from the parent first, then from elastic siblings, those with most to spare first; gives
 *   it back as soon as it is idle again; see loans.ts.
 * - proportional: the siblings of this strategy share their parent's room by weight; who is below its share gets what others
 *   leave idle above theirs.
 * - predictive: siblings share what their forecasts say that they will not want; see predictive.ts.
 * - priority: gives notice to holders of lower priority, the lowest and among them the newest first. Their leases are
 *   prolonged no more, and stand until they themselves ask for an earlier end (see holdings.ts): who does not know of the
 *   notice yet would use its part beyond an end that is set here.
 */
import { freeFor, lackOf, roomFor } from "./admission.ts";
import { amountOf, type Amounts } from "./amounts.ts";
import { type AllocationRequest, type BudgetStrategyName } from "./budget.ts";
import { accountOf, moveAcross, movePart, type Ledger, type Node } from "./ledger.ts";
import { giveBack, owe } from "./loans.ts";
import { openPercent, shareOf } from "./policy.ts";
import { anticipate, takeDown } from "./predictive.ts";
import { idOf, lendersOf, moveFrom, parentOf, siblingsOf } from "./room.ts";

/** What a strategy may do; what it leaves out it does not. */
export interface BudgetStrategy {
  /** Before a request is looked at: makes room in `node`. Answers how many holders were given notice. */
  makeRoom?(ledger: Ledger, node: Node, request: AllocationRequest, nowMs: number): number;
  /** After something came back to `node`. */
  settle?(ledger: Ledger, node: Node): void;
  /** After `request` was granted. */
  granted?(node: Node, request: AllocationRequest, nowMs: number): void;
}

/** All strategies by name. */
export const budgetStrategies: Readonly<Record<BudgetStrategyName, BudgetStrategy>> = {
  strict: {},
  elastic: { makeRoom: borrow, settle: giveBack },
  proportional: { makeRoom: shareOut },
  priority: { makeRoom: giveNotice },
  predictive: { makeRoom: anticipate, granted: takeDown },
};

function borrow(ledger: Ledger, node: Node, request: AllocationRequest): number {
  const parent = parentOf(ledger, node);
  if (parent === undefined) return 0;
  const needs = lackOf(node, request).map(([resource, lack]) => {
    const lenders = lendersOf(ledger, node, parent, resource, (sibling) => freeFor(sibling, resource));
    return { resource, lack, lenders };
  });
  // Half of what is needed helps nobody, and would be idle.
  const isInReach = needs.every(({ lack, lenders }) => lenders.reduce((sum, { spare }) => sum + spare, 0) >= lack);
  if (!isInReach) return 0;
  for (const { resource, lack, lenders } of needs)
    moveFrom(lenders, { node, parent }, resource, lack, (lender, amount) => owe(node, idOf(lender), resource, amount));
  return 0;
}

function shareOut(ledger: Ledger, node: Node, request: AllocationRequest): number {
  const parent = parentOf(ledger, node);
  if (parent === undefined) return 0;
  const siblings = siblingsOf(ledger, node, parent).toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  const weights = siblings.reduce((sum, { definition }) => sum + definition.weight, node.definition.weight);
  const needs = lackOf(node, request).map(([resource, lack]) => {
    // What the siblings of this strategy have between them, and what the parent has left, is shared by weight.
    const pool = siblings.reduce((sum, sibling) => sum + limitOf(sibling, resource), 0);
    const shared = pool + limitOf(node, resource) + freeFor(parent, resource);
    const shareFor = (one: Node): number => Math.floor((shared * one.definition.weight) / weights);
    const givers = siblings.map((sibling) => {
      const above = Math.max(0, limitOf(sibling, resource) - shareFor(sibling));
      return { sibling, spare: Math.min(above, freeFor(sibling, resource)) };
    });
    const spare = givers.reduce((sum, giver) => sum + giver.spare, freeFor(parent, resource));
    const isInReach = lack <= shareFor(node) - limitOf(node, resource) && lack <= spare;
    return { resource, lack, givers, isInReach };
  });
  if (needs.some(({ isInReach }) => !isInReach)) return 0;
  for (const { resource, lack, givers } of needs) {
    const fromParent = Math.min(lack, freeFor(parent, resource));
    if (fromParent > 0) movePart(parent, node, resource, fromParent);
    let left = lack - fromParent;
    for (const { sibling, spare } of givers) {
      const amount = Math.min(left, spare);
      if (amount > 0) moveAcross(sibling, node, resource, amount);
      left -= amount;
    }
  }
  return 0;
}

function giveNotice({ holdings }: Ledger, node: Node, request: AllocationRequest): number {
  const live = [...holdings.values()].filter(
    (holding) => holding.endedAtMs === null && holding.request.budgetId === idOf(node),
  );
  const lower = live
    .filter((holding) => holding.request.priority < request.priority && !holding.noticed)
    .sort((a, b) => a.request.priority - b.request.priority || (a.allocationId < b.allocationId ? 1 : -1));
  const chosen = new Set<(typeof lower)[number]>();
  const open = openPercent(node.policy, request);
  const isInReach = Object.entries(request.amounts).every(
    ([resource, amount]) => amount <= shareOf(accountOf(node, resource).limit, open),
  );
  for (const [resource, amount] of Object.entries(request.amounts)) {
    // Nobody ends for a request that not even an empty budget has room for.
    if (!isInReach) break;
    const lack = amount - roomFor(node, resource, request);
    // What is already on its way back counts, so that one request does not empty the budget by asking again.
    const coming = [...live.filter(({ noticed }) => noticed), ...chosen];
    let left = lack - coming.reduce((sum, holding) => sum + openOf(holding, resource), 0);
    for (const holding of lower) {
      if (left <= 0) break;
      if (chosen.has(holding) || openOf(holding, resource) === 0) continue;
      chosen.add(holding);
      left -= openOf(holding, resource);
    }
  }
  for (const holding of chosen) holding.noticed = true;
  return live.filter(({ noticed }) => noticed).length;
}

const openOf = ({ request, consumed }: { request: AllocationRequest; consumed: Amounts }, resource: string): number =>
  amountOf(request.amounts, resource) - amountOf(consumed, resource);

function limitOf(node: Node, resource: string): number {
  return node.accounts.has(resource) ? accountOf(node, resource).limit : 0;
}
