/** The metrics of decisions; with `metrics.ts` the one place that names metrics. */
import type { MetricMaker } from "./metric-maker.ts";

/** A decision: followers wait 0.06 s for the leader, the budget ends at 1 s. */
const decisionBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2];

/** How decisions were come to, and what was done about them. */
export function decisionFamilies({ counter, gauge, histogram }: MetricMaker) {
  return {
    decisions: counter("entrain_decisions_total", "Decisions acted on.", ["type", "source", "role", "context"]),
    decisionLatency: histogram("entrain_decision_latency_seconds", "From the question to the act.", decisionBuckets, [
      "source",
    ]),
    proposals: counter(
      "entrain_decision_proposals_total",
      "Proposals of this process that the ledger answered: stands, or conflict where another one did already.",
      ["outcome"],
    ),
    gateVerdicts: counter(
      "entrain_gate_verdicts_total",
      "Actions of the whole fleet that the safety gate judged: passed, or why it blocked them.",
      ["outcome"],
    ),
    approvals: counter(
      "entrain_decision_approvals_total",
      "Actions of the swarm's scope that the voters were asked about: approved, refused, or unasked.",
      ["outcome"],
    ),
    actionAttempts: counter(
      "entrain_action_attempts_total",
      "Attempts of this process's agents at actions that the swarm approved: done, failed, refused.",
      ["outcome"],
    ),
    directivesSettled: counter("entrain_directives_settled_total", "Directives settled while this process led.", [
      "outcome",
    ]),
    directivesOpen: gauge("entrain_ledger_directives_open", "Approved actions whose deadline is not over."),
    directives: gauge("entrain_ledger_directives", "Approved actions that enough targets carried out, or not.", [
      "outcome",
    ]),
    escalated: gauge("entrain_ledger_escalated", "Targets that did not carry an approved action out in time."),
    safeMode: gauge("entrain_safe_mode", "1 while the swarm's health is under the policy's threshold, else 0."),
    safeModeTime: counter("entrain_safe_mode_seconds_total", "Time in safe mode, while the context was in use."),
    decisionsUnreachable: counter("entrain_decisions_unreachable_total", "Questions that no decision loop answered."),
    decisionsRepeated: counter(
      "entrain_decisions_repeated_total",
      "Answers given again to an agent that was asked once more while the ledger could not be read.",
    ),
    decisionsReconciled: counter(
      "entrain_decisions_reconciled_total",
      "Actions taken alone and compared with the ledger afterwards.",
      ["ledger"],
    ),
    decisionsReoffered: counter(
      "entrain_decisions_reoffered_total",
      "Decisions that the ledger had lost: restored, or replaced by another one.",
      ["outcome"],
    ),
    reasonerFailures: counter("entrain_reasoner_failures_total", "Answers of a reasoner that could not be used.", [
      "reasoner",
      "cause",
    ]),
    actRecordingFailures: counter("entrain_act_recording_failures_total", "Failed attempts to record acts."),
    actsDropped: counter("entrain_acts_dropped_total", "Acts that were never recorded, for want of room."),
    telemetryRefused: counter("entrain_telemetry_refused_total", "Readings that were refused.", ["source"]),
    listenerFailures: counter("entrain_listener_failures_total", "Listeners that threw.", ["listener"]),
    ledgerDecisions: gauge("entrain_ledger_decisions", "Decisions that the swarm's ledger has committed."),
    ledgerDivergent: gauge("entrain_ledger_divergent", "Incidents on which agents of the swarm acted differently."),
    ledgerSafeAlone: gauge("entrain_ledger_safe_alone", "Safe actions that agents of the swarm took alone."),
    actsHitRate: gauge(
      "entrain_acts_cache_hit_ratio",
      "Of the newest acts, those whose context was at hand; NaN: none.",
    ),
    actsFallbackRate: gauge("entrain_acts_fallback_ratio", "Of the newest acts, safe actions taken alone; NaN: none."),
    actsLatency: gauge(
      "entrain_acts_latency_seconds",
      "From the question to the act: quantiles over the newest acts of the swarm, not of buckets; NaN: none.",
      ["percentile"],
    ),
  };
}
