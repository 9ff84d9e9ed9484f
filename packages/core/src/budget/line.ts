/**
 * Who waits for room in a budget, in the order of coming: a request that asked to keep a place is granted before any that came
 * after it, and whoever is not in the line is after all that are.
 *
 * - Higher priorities come first; the order of coming is that among equals.
 * - Only those stand in each other's way that ask for a resource in common under the same reserve and tier: what is kept for an
 *   emergency is not kept from it by a line.
 * - A place lapses where it is not asked for again in time, so that whoever vanished holds nobody up; the store's clock judges.
 * - Who asks for more than could ever come back to the budget has no place: the others would wait for nothing.
 */
import { isInReach, nothingLeft } from "./admission.ts";
import { admit } from "./admit.ts";
import type { Amounts } from "./amounts.ts";
import { budgetLimits, type AllocationRequest } from "./budget.ts";
import type { BudgetRefusal } from "./command.ts";
import type { Ledger, Node } from "./ledger.ts";

interface Place {
  readonly request: AllocationRequest;
  /** In the order of coming. */
  readonly number: number;
  readonly untilMs: number;
}

/** The lines of all budgets, by budget and request. */
export interface WaitingLines {
  readonly places: Map<string, Map<string, Place>>;
  number: number;
}

/** Nobody waits. */
export function createWaitingLines(): WaitingLines {
  return { places: new Map(), number: 0 };
}

/** What a request gets in its turn, or the refusal; without lines, who asks first. */
export function admitInTurn(
  lines: WaitingLines | undefined,
  ledger: Ledger,
  node: Node,
  request: AllocationRequest,
  nowMs: number,
): { readonly amounts: Amounts } | BudgetRefusal {
  if (lines === undefined) return admit(ledger, node, request, nowMs);
  const line = lineOf(lines, request.budgetId, nowMs);
  const answer = isBehind(line, request) ? nothingLeft(node, request) : admit(ledger, node, request, nowMs);
  const waits = "kind" in answer && answer.kind === "exhausted" && isInReach(node, request);
  const { keepPlaceMs = 0, requestId } = request;
  if (!waits || keepPlaceMs === 0) {
    line.delete(requestId);
    return answer;
  }
  const known = line.get(requestId);
  if (known === undefined && line.size >= budgetLimits.waitingMax) return { kind: "too-many", what: "waiting" };
  line.set(requestId, { request, number: known?.number ?? ++lines.number, untilMs: nowMs + keepPlaceMs });
  return answer;
}

/** The line of a budget without the places that have lapsed. */
function lineOf({ places }: WaitingLines, budgetId: string, nowMs: number): Map<string, Place> {
  const line = places.get(budgetId) ?? new Map<string, Place>();
  places.set(budgetId, line);
  for (const [requestId, { untilMs }] of line) if (untilMs <= nowMs) line.delete(requestId);
  return line;
}

function isBehind(line: ReadonlyMap<string, Place>, request: AllocationRequest): boolean {
  const own = line.get(request.requestId)?.number ?? Infinity;
  const goesBefore = ({ request: other, number }: Place): boolean =>
    other.priority > request.priority || (other.priority === request.priority && number < own);
  return [...line.values()].some((place) => goesBefore(place) && isInTheWay(place.request, request));
}

function isInTheWay(one: AllocationRequest, other: AllocationRequest): boolean {
  const isSameClass = one.reserve === other.reserve && one.tier === other.tier;
  return isSameClass && Object.keys(one.amounts).some((resource) => Object.hasOwn(other.amounts, resource));
}
