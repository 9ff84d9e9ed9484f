/**
 * The predictive strategy: siblings share what their forecasts (forecast.ts) say that they will not want. Who lacks something
 * takes it from the parent first, then from predictive siblings, those with most to spare first, and with it what its own
 * forecast says it will want next, so far as others can spare it. No loan is kept: who forecasts a want later takes it back
 * in the same way.
 */
import { freeFor, lackOf } from "./admission.ts";
import type { AllocationRequest } from "./budget.ts";
import { advanceSeries, checkForecast, observeGrant, openSeries, stillWanted, type DemandSeries } from "./forecast.ts";
import { accountOf, type Ledger, type Node } from "./ledger.ts";
import { lendersOf, moveFrom, parentOf } from "./room.ts";

/** Makes room in `node` where parent and siblings can spare the whole of what it lacks. */
export function anticipate(ledger: Ledger, node: Node, request: AllocationRequest, nowMs: number): number {
  const parent = parentOf(ledger, node);
  if (parent === undefined) return 0;
  const needs = lackOf(node, request).map(([resource, lack]) => {
    const spareOf = (sibling: Node): number =>
      Math.max(0, freeFor(sibling, resource) - wantOf(sibling, resource, nowMs));
    const lenders = lendersOf(ledger, node, parent, resource, spareOf);
    const reach = lenders.reduce((sum, { spare }) => sum + spare, 0);
    const ahead = Math.max(0, wantOf(node, resource, nowMs) - (request.amounts[resource] ?? 0));
    return { resource, lack, lenders, reach, take: Math.min(lack + ahead, reach) };
  });
  if (needs.some(({ lack, reach }) => reach < lack)) return 0;
  for (const { resource, lenders, take } of needs) moveFrom(lenders, { node, parent }, resource, take);
  return 0;
}

/** Takes down what was granted: the history that the forecast is made from. */
export function takeDown(node: Node, { amounts }: AllocationRequest, nowMs: number): void {
  for (const [resource, amount] of Object.entries(amounts)) {
    const { kind, granted } = accountOf(node, resource);
    const series = seriesAt(node, resource, granted - amount, nowMs);
    node.demand.set(resource, observeGrant(series, kind, amount, granted));
  }
}

function wantOf(node: Node, resource: string, nowMs: number): number {
  const account = node.accounts.get(resource);
  if (account === undefined) return 0;
  return stillWanted(seriesAt(node, resource, account.granted, nowMs), account.kind, account.granted);
}

function seriesAt(node: Node, resource: string, held: number, nowMs: number): DemandSeries {
  const series = node.demand.get(resource) ?? openSeries(nowMs);
  const settings = node.definition.forecast ?? checkForecast({});
  return advanceSeries(series, settings, accountOf(node, resource).kind, held, nowMs);
}
