/**
 * Strategies of a user's own: a function that says which room is to be moved to a budget that has too little. It only proposes:
 * each move is a transfer, which the store carries out whole or not at all, so that no strategy can hand out what is not
 * there (B1), and what is kept in reserve stays.
 *
 * Order of effects: the budget is read, which takes nothing of it; where it has too little, what is over is reclaimed and all
 * budgets are read; then the moves are carried out one after the other up to the first that is refused, and then the part is
 * asked for as ever. What was moved stays moved.
 */
import { EntrainError } from "@entrain/kernel";
import { checkAmounts, missingFor, type AllocationRequest, type Amounts, type Budget } from "@entrain/core/budget";
import type { BudgetPage, BudgetStore } from "@entrain/ports";

/** Moves of one proposal, at most. */
const movesMax = 32;
/** Budgets that are read at once. */
const pageSize = 1_000;

/** What a strategy goes by. */
export interface RoomSought {
  /** The budget that has too little, as it was a moment ago. */
  readonly budget: Budget;
  readonly parent: Budget | undefined;
  /** Open children of the same parent, without the budget itself. */
  readonly siblings: readonly Budget[];
  /** What is asked for. */
  readonly amounts: Amounts;
  /** What is missing of it at least, by what the budget has left for the request; only resources of which something is. A budget that keeps reserves needs more room. */
  readonly lack: Amounts;
}

/** Room that is to be moved to the budget, from its parent, a sibling or a child. */
export interface RoomMove {
  readonly from: string;
  readonly amounts: Amounts;
}

/** A strategy of one's own. It may be asked again at once, and by many processes. */
export type RoomStrategy = (sought: RoomSought) => readonly RoomMove[];

/** What it takes. */
export interface RoomMaker {
  readonly store: Pick<BudgetStore, "apply" | "read" | "reclaim"> & {
    list(limit: number, after?: number): Promise<Pick<BudgetPage, "budgets" | "next">>;
  };
  readonly nextRequestId: () => string;
}

/** Who asks, and for what. */
type Asker = Pick<AllocationRequest, "budgetId" | "amounts" | "reserve" | "tier">;

/**
 * Makes room for a request for which the budget has too little, where the strategy finds some; whether it was asked.
 * @throws EntrainError of the store; `invalid-argument` for more than 32 moves or amounts that are none; what the strategy
 *   throws; the signal's reason, and then nothing more is moved
 */
export async function makeRoomFor(
  { store, nextRequestId }: RoomMaker,
  asker: Asker,
  strategy: RoomStrategy,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { budgetId } = asker;
  signal?.throwIfAborted();
  const [budget] = await store.read([budgetId]);
  if (budget === undefined || !isShort(budget, asker)) return false;
  await store.reclaim();
  const sought = soughtOf(await allBudgets(store), asker);
  if (sought === undefined) return false;
  signal?.throwIfAborted();
  const moves = strategy(sought);
  if (moves.length > movesMax)
    throw EntrainError.invalid("makeRoom", `${moves.length} moves`, `propose ${movesMax} at most`);
  for (const move of moves) {
    signal?.throwIfAborted();
    const part = { from: move.from, to: budgetId, amounts: checkAmounts("makeRoom", move.amounts, 1) };
    const outcome = await store.apply({ kind: "transfer", ...part, requestId: nextRequestId() });
    if (outcome.kind === "refused") break;
  }
  return true;
}

/** A budget that closes grants nothing, whatever room it has. */
const isShort = (budget: Budget, asker: Asker): boolean =>
  !budget.closing && Object.keys(missingFor(budget, asker)).length > 0;

function soughtOf(all: readonly Budget[], asker: Asker): RoomSought | undefined {
  const budget = all.find((each) => each.budgetId === asker.budgetId);
  if (budget === undefined || !isShort(budget, asker)) return undefined;
  const isSibling = (each: Budget): boolean =>
    each !== budget && !each.closing && each.parentId !== null && each.parentId === budget.parentId;
  return {
    budget,
    parent: all.find((each) => each.budgetId === budget.parentId),
    siblings: all.filter(isSibling),
    amounts: asker.amounts,
    lack: missingFor(budget, asker),
  };
}

async function allBudgets(store: RoomMaker["store"]): Promise<readonly Budget[]> {
  const all: Budget[] = [];
  for (let after: number | undefined; ;) {
    const page = await store.list(pageSize, after);
    all.push(...page.budgets);
    if (page.next === undefined) return all;
    after = page.next;
  }
}
