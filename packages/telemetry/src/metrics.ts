/**
 * Every metric of Entrain, and what feeds it (those of decisions in `decision-families.ts`, of the bus in
 * `bus-families.ts`, of watches in `watch-families.ts`, of batches and jobs in `work-families.ts`, of an observer in
 * `console-families.ts`). Names: prefix `entrain_`, base unit last (seconds; `_total` for
 * counters). All of them are fed by runtime events and by nothing else, so a metric and a log line never disagree.
 *
 * Labels are bounded: an agent's id only for the agents that this process hosts (their series go when they stop), texts
 * of unknown variety through a bound, an incident's id never. Gauges say what the process saw last, and nothing before
 * they were told; two agents of one process share a registry and therefore its gauges. Nothing is ever registered with
 * prom-client's global registry.
 */
import type { Registry } from "prom-client";
import type { EventSink } from "@entrain/ports";
import { busFamilies } from "./bus-families.ts";
import { consoleFamilies } from "./console-families.ts";
import { decisionFamilies } from "./decision-families.ts";
import { createMetricMaker, type MetricMaker } from "./metric-maker.ts";
import { createMetricsRecorder } from "./metrics-recorder.ts";
import { watchFamilies } from "./watch-families.ts";
import { workFamilies } from "./work-families.ts";

/** The metrics of one registry. */
export interface Metrics {
  /** Counts an event. Never throws. */
  readonly record: EventSink;
}

/** A timer's lateness: from the 0.1 ms of an idle host to a blocked loop, s. */
const latenessBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
/** A round trip to the store: a good one takes 0.5 ms, its deadline is 0.4 s. */
const roundTripBuckets = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 1];
/** A piece of work: a small one takes 10 ms, a call to a model a minute. */
const workBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800];

/** The metrics by what they measure. */
export type MetricFamilies = ReturnType<typeof defineFamilies>;

const made = new WeakMap<Registry, { readonly families: MetricFamilies; readonly metrics: Metrics }>();

/**
 * The metrics in `registry`; asked again for the same registry, the same ones, so that two agents of one process can
 * share the host's registry.
 */
export function createMetrics(registry: Registry): Metrics {
  const known = made.get(registry);
  // Somebody may have cleared the registry; what is no longer in it must be made anew.
  const first: unknown = registry.getSingleMetric(firstName);
  if (known !== undefined && first === known.families.beatsFired) return known.metrics;
  const families = defineFamilies(registry);
  const metrics: Metrics = { record: createMetricsRecorder(families) };
  made.set(registry, { families, metrics });
  return metrics;
}

const firstName = "entrain_beats_fired_total";

function defineFamilies(registry: Registry) {
  const make = createMetricMaker(registry);
  return {
    ...rhythmFamilies(make),
    ...swarmFamilies(make),
    ...workFamilies(make),
    ...contextFamilies(make),
    ...watchFamilies(make),
    ...sharingFamilies(make),
    ...decisionFamilies(make),
    ...coordinationFamilies(make),
    ...busFamilies(make),
    ...consoleFamilies(make),
  };
}

function rhythmFamilies({ counter, gauge, histogram }: MetricMaker) {
  return {
    beatsFired: counter(firstName, "Beats that fired.", ["agent_id"]),
    beatsSkipped: counter("entrain_beats_skipped_total", "Beat numbers that were jumped over.", ["agent_id"]),
    beatLateness: histogram(
      "entrain_beat_lateness_seconds",
      "How long after its intended instant a beat fired.",
      latenessBuckets,
    ),
    references: counter("entrain_rhythm_references_total", "References of time that an agent took over or founded.", [
      "origin",
    ]),
    frames: counter("entrain_rhythm_frames_total", "Frames of phases between processes.", ["direction"]),
    phases: counter("entrain_rhythm_phases_total", "Phases in those frames.", ["direction"]),
    strategySwitches: counter("entrain_strategy_switches_total", "Changes of an agent's strategy.", ["cause"]),
    goalVersion: gauge("entrain_goal_version", "Version of the goal in force."),
    goalPeriod: gauge("entrain_goal_period_seconds", "Commanded period of the goal in force."),
    peersConnected: gauge("entrain_peers_connected", "Processes that this one exchanges phases with."),
    peersWanted: gauge("entrain_peers_wanted", "Processes that this one ought to exchange phases with."),
    connectionsRefused: counter("entrain_connections_refused_total", "Connections refused before anybody spoke.", [
      "reason",
    ]),
    callsRefused: counter("entrain_calls_refused_total", "gRPC calls refused before they were read.", ["reason"]),
    tlsLoads: counter("entrain_tls_loads_total", "Times the certificates were read from their files.", ["outcome"]),
    tlsExpiry: gauge("entrain_tls_expiry_timestamp_seconds", "When the certificate in use ends, Unix time."),
    peersRefused: counter("entrain_peers_refused_total", "Streams or frames that this process or a peer refused."),
  };
}

/** Membership and leadership. */
function swarmFamilies({ counter, gauge, histogram }: MetricMaker) {
  return {
    agentsHosted: gauge("entrain_agents_hosted", "Agents that run in this process."),
    agentStops: counter("entrain_agent_stops_total", "Agents of this process that stopped.", ["drained"]),
    agentsSuperseded: counter("entrain_agents_superseded_total", "Agents that a higher incarnation replaced."),
    memberChanges: counter("entrain_member_changes_total", "Changes of members, by the state after them.", ["state"]),
    membershipVersion: gauge("entrain_membership_version", "Version of the membership as last seen."),
    members: gauge("entrain_members", "Members in the view of this process.", ["state"]),
    memberRoles: gauge("entrain_member_roles", "Members alive in the view of this process, by role.", ["role"]),
    roleChanges: counter("entrain_role_changes_total", "Roles that this process gave as leader.", ["to", "cause"]),
    heartbeats: counter("entrain_heartbeats_total", "Heartbeats of this process.", ["outcome"]),
    agentHealth: gauge("entrain_agent_health_ratio", "Health score as last reported, 0 to 1.", ["agent_id"]),
    agentRisk: gauge("entrain_agent_risk_ratio", "Risk as last reported, 0 to 1.", ["agent_id"]),
    heartbeatRoundTrip: histogram(
      "entrain_heartbeat_round_trip_seconds",
      "From the sending of a heartbeat to its answer.",
      roundTripBuckets,
    ),
    probes: counter("entrain_probes_total", "Probes of other processes, by this one itself or through others.", [
      "through",
      "result",
    ]),
    probeTook: histogram("entrain_probe_duration_seconds", "From a probe's sending to its end.", roundTripBuckets, [
      "through",
    ]),
    memberReports: counter("entrain_member_reports_total", "Reports that probes do not reach a process.", ["vote"]),
    suspicionsRefuted: counter(
      "entrain_suspicions_refuted_total",
      "Suspicions of agents of this process that they refuted.",
    ),
    electionsWon: counter("entrain_elections_won_total", "Leaderships that agents of this process took."),
    electionsLost: counter("entrain_elections_lost_total", "Leaderships that agents of this process lost.", ["cause"]),
    leadershipHeld: gauge("entrain_leadership_held", "1 while the agent leads, else 0.", ["agent_id"]),
    leaderKnown: gauge("entrain_leader_known", "1 while this process knows a leader, else 0."),
    leaderTerm: gauge("entrain_leader_term", "Term of the leader as last seen; 0: none."),
    leaderReports: counter("entrain_leader_reports_total", "Reports that nobody listens where the leader did.", [
      "succeeded",
    ]),
    voterChanges: counter("entrain_voter_changes_total", "Voters that this process became or evicted.", ["change"]),
    leasesAcquired: counter(
      "entrain_leases_acquired_total",
      "Users' elections and locks that agents of this process got.",
      ["on"],
    ),
    leasesLost: counter(
      "entrain_leases_lost_total",
      "Users' elections and locks that ended here, released ones included.",
      ["on", "cause"],
    ),
    effectsRefused: counter("entrain_effects_refused_total", "Fenced effects that were refused.", ["effect", "code"]),
  };
}

/** What decisions rest on. */
function contextFamilies({ counter, gauge, histogram }: MetricMaker) {
  return {
    storeUp: gauge("entrain_store_up", "1 while the store answers, else 0."),
    storeGeneration: gauge("entrain_store_generation", "Life of the store, +1 when it may have lost writes."),
    storeWarnings: counter(
      "entrain_store_warnings_total",
      "Warnings that the store may lose data or that its clock jumped.",
    ),
    contextReads: counter("entrain_context_reads_total", "Reads of the global context from the store.", ["outcome"]),
    contextReadTime: histogram(
      "entrain_context_read_seconds",
      "Duration of one successful read of the global context.",
      roundTripBuckets,
    ),
    contextServed: counter("entrain_context_served_total", "Decisions served with context, by freshness.", [
      "cache",
      "stale",
    ]),
    contextVersion: gauge("entrain_context_version", "Version of the context document in use."),
    contextChanges: counter("entrain_context_changes_total", "Versions of the context document, taken in one by one."),
    contextResyncs: counter("entrain_context_resyncs_total", "Times the context document was taken over as a whole."),
    policyChanges: counter("entrain_policy_changes_total", "Policies taken into use."),
    swarmMode: gauge("entrain_swarm_mode", "1 where decisions are the swarm's, 0 where they are each agent's own."),
    policiesRefused: counter("entrain_policies_refused_total", "Policies that could not be used; the last one stays."),
    ruleFailures: counter("entrain_rule_failures_total", "Rules that failed on a reading.", ["rule_id"]),
  };
}

/** What is shared beside the document's versions: watches, budgets, rates. */
function sharingFamilies({ counter, gauge }: MetricMaker) {
  return {
    budgetOperations: counter("entrain_budget_operations_total", "Changes of budgets that were asked for.", [
      "operation",
      "outcome",
    ]),
    budgetAudits: counter("entrain_budget_audits_total", "Replays of the budgets' log before a checkpoint.", [
      "outcome",
    ]),
    budgets: gauge("entrain_budgets", "Budgets of the swarm."),
    budgetLeases: gauge("entrain_budget_leases", "Live allocations of the swarm."),
    rateRefreshes: counter("entrain_rate_refreshes_total", "Refreshes of shares of rates.", ["rate", "outcome"]),
    rateShare: gauge("entrain_rate_share_per_second", "This process's share of a rate.", ["rate"]),
    rateWaiting: gauge("entrain_rate_waiting", "Takes that wait for a rate in this process.", ["rate"]),
    rateTaken: counter("entrain_rate_taken_total", "Units of a rate that were taken in this process.", ["rate"]),
  };
}

/** Tasks and sessions. */
function coordinationFamilies({ counter, histogram }: MetricMaker) {
  return {
    tasks: counter("entrain_tasks_total", "Tries of tasks that ended in this process.", ["capability", "outcome"]),
    taskDuration: histogram(
      "entrain_task_duration_seconds",
      "From the claim of a task to the telling of its outcome.",
      workBuckets,
      ["capability", "outcome"],
    ),
    handoffs: counter(
      "entrain_handoffs_total",
      "Offers of tasks of this process to other agents that came to their end.",
      ["reason", "outcome"],
    ),
    handoffDuration: histogram(
      "entrain_handoff_duration_seconds",
      "From the offer of a task to another agent to its transfer.",
      workBuckets,
      ["reason"],
    ),
    sessionsUndriven: counter("entrain_sessions_undriven_total", "Waits for a session that nobody drove yet."),
    sessionChanges: counter("entrain_session_changes_total", "Sessions that this process moved into a state.", [
      "pattern",
      "state",
    ]),
    sessionDuration: histogram(
      "entrain_session_duration_seconds",
      "From the making of a session to its end, by the state that it ended in.",
      workBuckets,
      ["pattern", "state"],
    ),
    sessionScore: histogram(
      "entrain_session_score_ratio",
      "Scores of ended sessions, 0 to 1.",
      [0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1],
      ["pattern"],
    ),
  };
}
