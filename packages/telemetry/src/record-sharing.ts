/** Feeds the metrics of what a swarm shares: its store, its document and the policy in it, watches, budgets, rates. */
import type { NamedWatches, RuntimeEvent } from "@entrain/ports";
import type { MetricFamilies } from "./metrics.ts";

/** What is told of it. */
type SharingEvent = Extract<
  RuntimeEvent,
  {
    readonly kind:
      | "store.changed"
      | "store.warned"
      | "rule.failed"
      | "context.changed"
      | "context.resynced"
      | "watch.resynced"
      | "policy.changed"
      | "policy.refused"
      | "mode.switched"
      | "watches.sampled"
      | "budget.answered"
      | "budgets.audited"
      | "budgets.counted"
      | "rate.refreshed";
  }
>;

/** Counts one event; texts of unknown variety go through `bound`, and `late` keeps the labels of watches that were behind. */
export function recordSharing(
  to: MetricFamilies,
  bound: (label: "rule" | "rate" | "outcome" | "watch", text: string) => string,
  late: Set<string>,
  event: SharingEvent,
): void {
  switch (event.kind) {
    case "store.changed":
      to.storeUp.set(event.up ? 1 : 0);
      to.storeGeneration.set(event.generation);
      return;
    case "store.warned":
      to.storeWarnings.inc();
      return;
    case "rule.failed":
      to.ruleFailures.inc({ rule_id: bound("rule", event.ruleId) });
      return;
    case "context.changed":
      to.contextChanges.inc();
      to.contextVersion.set(event.version);
      return;
    case "context.resynced":
      to.contextResyncs.inc();
      to.contextVersion.set(event.version);
      return;
    case "watch.resynced":
      to.watchResyncs.inc({ cause: event.cause });
      return;
    case "policy.changed":
      to.policyChanges.inc();
      return;
    case "mode.switched":
      to.swarmMode.set(event.swarmMode ? 1 : 0);
      return;
    case "policy.refused":
      to.policiesRefused.inc();
      return;
    case "watches.sampled":
      to.watches.set(event.open);
      to.watchWaiting.set(event.waiting);
      to.watchBehind.set(event.behindMax);
      to.watchNews.inc(event.told);
      recordNamed(to, (name) => bound("watch", name), late, event.byName);
      return;
    case "budget.answered":
      to.budgetOperations.inc({ operation: event.operation, outcome: bound("outcome", event.outcome) });
      return;
    case "budgets.audited":
      to.budgetAudits.inc({
        outcome: event.report.faults.length > 0 ? "faults" : event.report.complete ? "clean" : "incomplete",
      });
      return;
    case "budgets.counted":
      to.budgets.set(event.budgets);
      to.budgetLeases.set(event.leases);
      return;
    case "rate.refreshed": {
      const rate = bound("rate", event.rate);
      to.rateRefreshes.inc({ rate, outcome: event.ok ? "ok" : "failed" });
      to.rateShare.set({ rate }, event.perSecond);
      to.rateWaiting.set({ rate }, event.waiting);
      to.rateTaken.inc({ rate }, event.taken);
      return;
    }
  }
}

/** Names that share a label show the slowest of them; a label that none of them has any more is told once to be in time. */
function recordNamed(
  to: MetricFamilies,
  labelOf: (name: string) => string,
  late: Set<string>,
  byName: readonly NamedWatches[],
): void {
  const lags = new Map([...late].map((watch) => [watch, { behind: 0, behindMs: 0 }]));
  for (const { name, behind, behindMs, told, coalesced } of byName) {
    const watch = labelOf(name);
    const slowest = lags.get(watch) ?? { behind: 0, behindMs: 0 };
    lags.set(watch, {
      behind: Math.max(slowest.behind, behind),
      behindMs: Math.max(slowest.behindMs, behindMs),
    });
    to.watchToldByName.inc({ watch }, told);
    to.watchCoalesced.inc({ watch }, coalesced);
  }
  late.clear();
  for (const [watch, { behind, behindMs }] of lags) {
    to.watchLagVersions.set({ watch }, behind);
    to.watchLag.set({ watch }, behindMs / 1_000);
    if (behind > 0 || behindMs > 0) late.add(watch);
  }
}
