/** What the console's own log and metrics say of the swarm that it follows; of the store its adapter says so itself. */
import type { EventSink } from "@entrain/ports";
import type { SwarmEvent } from "./contract/swarm-event.ts";
import type { SwarmInput, SwarmModel } from "./swarm-model/swarm-model.ts";

/** The rhythm is measured ten times a second and reported once, ticks. */
const ticksPerReport = 10;

/** To be called after each input that the model took in, with the events it made. */
export function createSwarmReports(model: SwarmModel, sink: EventSink) {
  let ticks = 0;
  let version: number | undefined;

  function reportMembers(): void {
    const reached = model.membershipVersion();
    if (reached === undefined || reached === version) return;
    version = reached;
    sink({ kind: "membership.viewed", version: reached, ...model.memberCounts(), roles: model.roleCounts() });
  }

  function reportRhythm(): void {
    ticks += 1;
    if (ticks % ticksPerReport !== 0) return;
    const { coherence, spreadMs, cadenceErrorPpm, converged } = model.rhythm();
    const [latest] = model.recoveries();
    const recovery = { recoveryFloor: latest?.worst ?? null, recoveredAfterMs: latest?.convergedAfterMs ?? null };
    sink({ kind: "rhythm.measured", coherence, spreadP50Ms: spreadMs.p50, cadenceErrorPpm, converged, ...recovery });
  }

  function reportActs(): void {
    if (ticks % ticksPerReport !== 0) return;
    const { cacheHitRate, fallbackRate, latencyMs } = model.swarm().decisions;
    const { p50: p50Ms, p95: p95Ms, p99: p99Ms } = latencyMs;
    sink({ kind: "acts.measured", cacheHitRate, fallbackRate, p50Ms, p95Ms, p99Ms });
  }

  function reportBudgets(): void {
    const budgets = model.budgets();
    sink({
      kind: "budgets.counted",
      budgets: budgets.length,
      leases: budgets.reduce((sum, { leases }) => sum + leases, 0),
    });
  }

  return (input: SwarmInput, events: readonly SwarmEvent[]): void => {
    if (input.kind === "members" || input.kind === "member") reportMembers();
    if (input.kind === "tick") {
      reportRhythm();
      reportActs();
    }
    if (input.kind === "budgets") reportBudgets();
    if (input.kind === "stats") {
      const { count, divergence, safeAlone } = input.stats;
      sink({ kind: "decisions.counted", committed: count, divergent: divergence, safeAlone });
    }
    for (const { type, data } of events)
      if (type === "leader.changed") sink({ kind: "leader.changed", leaderId: data.agentId, term: data.term ?? 0 });
  };
}
