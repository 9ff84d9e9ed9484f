/** Feeds the metrics of decisions: what they rest on, how they were come to, and what an observer makes of all of them. */
import type { DecisionEvent, RuntimeEvent } from "@entrain/ports";
import type { MetricFamilies } from "./metrics.ts";

/** Events of decisions, and of what goes in and out around them. */
type DecidingEvent =
  | DecisionEvent
  | Extract<
      RuntimeEvent,
      { readonly kind: "context.read" | "context.served" | "telemetry.refused" | "listener.failed" }
    >;

/** What is remembered between events. */
export interface ActsMemory {
  /** The last count of dropped acts: the event carries a running total, a counter takes what is new. */
  dropped: number;
}

/** Counts one event; texts of unknown variety go through `bound`. */
export function recordDecision(
  to: MetricFamilies,
  bound: (label: "reasoner" | "source" | "listener", text: string) => string,
  acts: ActsMemory,
  event: DecidingEvent,
): void {
  switch (event.kind) {
    case "context.read":
      to.contextReads.inc({ outcome: outcome(event.ok) });
      if (event.ok) to.contextReadTime.observe(seconds(event.roundTripMs));
      return;
    case "context.served":
      to.contextServed.inc({ cache: hitOrMiss(event.hit), stale: String(event.stale) });
      return;
    case "decision.acted": {
      const { source, role } = event;
      to.decisions.inc({ type: event.decision.type, source, role, context: hitOrMiss(event.contextHit) });
      to.decisionLatency.observe({ source }, seconds(event.latencyMs));
      if (event.repeatedBecause !== undefined) to.decisionsRepeated.inc();
      return;
    }
    case "proposal.answered":
      to.proposals.inc({ outcome: event.stands ? "stands" : "conflict" });
      return;
    case "gate.judged":
      to.gateVerdicts.inc({ outcome: event.outcome });
      return;
    case "approval.asked":
      to.approvals.inc({ outcome: event.outcome });
      return;
    case "action.attempted":
      to.actionAttempts.inc({ outcome: event.outcome });
      return;
    case "directive.settled":
      to.directivesSettled.inc({ outcome: event.outcome });
      return;
    case "directives.counted":
      recordDirectives(to, event);
      return;
    case "safe-mode.switched":
      to.safeMode.set(event.on ? 1 : 0);
      return;
    case "safe-mode.held":
      to.safeModeTime.inc(seconds(event.heldMs));
      return;
    case "decision.unreachable":
      to.decisionsUnreachable.inc();
      return;
    case "decision.reconciled":
      to.decisionsReconciled.inc({ ledger: agreement(event.acted, event.ledgerAction) });
      return;
    case "decision.reoffered":
      to.decisionsReoffered.inc({ outcome: event.outcome });
      return;
    case "reasoner.failed":
      to.reasonerFailures.inc({ reasoner: bound("reasoner", event.reasoner), cause: event.cause });
      return;
    case "acts.unrecorded":
      to.actRecordingFailures.inc();
      // Lower than before: another recorder, which counts from 0.
      to.actsDropped.inc(event.dropped >= acts.dropped ? event.dropped - acts.dropped : event.dropped);
      acts.dropped = event.dropped;
      return;
    case "decisions.counted":
      to.ledgerDecisions.set(event.committed);
      to.ledgerDivergent.set(event.divergent);
      to.ledgerSafeAlone.set(event.safeAlone);
      return;
    case "acts.measured":
      recordActs(to, event);
      return;
    case "telemetry.refused":
      to.telemetryRefused.inc({ source: bound("source", event.source) });
      return;
    case "listener.failed":
      to.listenerFailures.inc({ listener: bound("listener", event.listener) });
      return;
    default:
      return event satisfies never;
  }
}

/** What the ledger says of an action that was taken alone (D3). */
function agreement(acted: string, ledgerAction: string | null): "same" | "different" | "none" {
  if (ledgerAction === null) return "none";
  return acted === ledgerAction ? "same" : "different";
}

/** What became of the swarm's directives. */
function recordDirectives(to: MetricFamilies, event: DecisionEvent & { readonly kind: "directives.counted" }): void {
  to.directivesOpen.set(event.open);
  to.directives.set({ outcome: "met" }, event.met);
  to.directives.set({ outcome: "missed" }, event.missed);
  to.escalated.set(event.escalated);
}

/** What the newest acts of the swarm came to. */
function recordActs(to: MetricFamilies, event: DecisionEvent & { readonly kind: "acts.measured" }): void {
  to.actsHitRate.set(event.cacheHitRate ?? Number.NaN);
  to.actsFallbackRate.set(event.fallbackRate ?? Number.NaN);
  for (const [percentile, ms] of [
    ["50", event.p50Ms],
    ["95", event.p95Ms],
    ["99", event.p99Ms],
  ] as const)
    to.actsLatency.set({ percentile }, ms === null ? Number.NaN : seconds(ms));
}

const seconds = (ms: number): number => ms / 1_000;
const outcome = (ok: boolean): string => (ok ? "ok" : "failed");
const hitOrMiss = (hit: boolean): string => (hit ? "hit" : "miss");
