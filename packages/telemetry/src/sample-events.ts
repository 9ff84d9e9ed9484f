/** One event of every kind, for tests: the type asks for a sample of each new kind. */
import type { Decision } from "@entrain/core/decision";
import type { MemberRecord } from "@entrain/core/membership";
import type { RuntimeEvent } from "@entrain/ports";

const decision: Decision = {
  decisionId: "d-1",
  incidentId: "i-1",
  type: "ANOMALY_RESPONSE",
  action: "cool_down",
  confidence: 0.95,
  reasoning: "temperature at or over 80 °C (critical)",
  term: 1_700_000_000_000,
  contextVersion: 3,
  policyHash: "ab12",
  input: {
    reading: { temperature: 85 },
    health: 1,
    safeMode: false,
    contextVersion: 3,
    policyHash: "ab12",
  },
  inputHash: "cd34",
  committedBy: "a-1",
  committedAtMs: 1_700_000_000_000,
};

const member: MemberRecord = {
  agentId: "a-2",
  incarnation: 7,
  state: "dead",
  processId: "p-2",
  host: "host-2",
  pid: 42,
  address: "10.0.0.2:50051",
  opsUrl: "http://10.0.0.2:9100",
  health: 0.5,
  joinedAtMs: 1_700_000_000_000,
  changedAtMs: 1_700_000_060_000,
};

const goal = {
  goalVersion: 2,
  kind: "sync",
  periodNs: 2e8,
  anchorUnixMs: 1_700_000_000_000,
  anchorBeat: 0,
  effectiveBeat: 10,
} as const;

const lineage = { epochUnixMs: 1_700_000_000_000, founderId: "a-1" };
const agentId = "a-1";
const term = 1_700_000_000_000;

type Samples = { readonly [Kind in RuntimeEvent["kind"]]: Extract<RuntimeEvent, { readonly kind: Kind }> };

const samples: Samples = {
  "agent.started": { kind: "agent.started", agentId, incarnation: 1 },
  "beat.fired": { kind: "beat.fired", agentId, goalVersion: 2, beat: 11, latenessMs: 0.4 },
  "beat.skipped": { kind: "beat.skipped", agentId, goalVersion: 2, fromBeat: 12, toBeat: 14 },
  "rhythm.adopted": { kind: "rhythm.adopted", agentId, lineage, movedCycles: 0.25 },
  "rhythm.founded": { kind: "rhythm.founded", agentId, lineage },
  "rhythm.frame": { kind: "rhythm.frame", direction: "sent", phases: 64 },
  "strategy.switched": {
    kind: "strategy.switched",
    agentId,
    from: "rank-slots",
    to: "desync-repair",
    cause: "not-ready",
  },
  "goal.changed": { kind: "goal.changed", agentId, goal },
  "batch.flushed": {
    kind: "batch.flushed",
    agentId,
    batcher: "prices",
    items: 40,
    failed: 1,
    attempts: 2,
    waitedMs: 180,
    tookMs: 35,
  },
  "batch.refused": { kind: "batch.refused", agentId, batcher: "prices" },
  "peers.changed": { kind: "peers.changed", connected: 3, wanted: 4 },
  "connections.refused": { kind: "connections.refused", reason: "expired", count: 3, message: "CERT_HAS_EXPIRED" },
  "tls.loaded": { kind: "tls.loaded", outcome: "loaded", expiresAtMs: 1_800_000_000_000, message: "" },
  "peer.refused": { kind: "peer.refused", processId: "p-3", message: "it belongs to another swarm" },
  "member.changed": { kind: "member.changed", member, version: 9 },
  "membership.viewed": { kind: "membership.viewed", version: 9, alive: 4, dead: 1, left: 2 },
  heartbeat: { kind: "heartbeat", ok: true, roundTripMs: 0.6 },
  "leader.elected": { kind: "leader.elected", agentId, term },
  "leader.changed": { kind: "leader.changed", leaderId: agentId, term },
  "lease.acquired": { kind: "lease.acquired", agentId, on: "lock", name: "reindex", term },
  "lease.lost": { kind: "lease.lost", agentId, on: "lock", name: "reindex", term, cause: "resigned" },
  "leader.lost": { kind: "leader.lost", agentId, term, cause: "lease-ending" },
  "effect.refused": { kind: "effect.refused", agentId, effect: "renew", term, code: "stale-term" },
  "store.changed": { kind: "store.changed", up: true, generation: 1 },
  "store.warned": { kind: "store.warned", message: "no AOF" },
  "context.read": { kind: "context.read", ok: true, roundTripMs: 0.7 },
  "context.served": { kind: "context.served", hit: true, stale: false },
  "context.changed": {
    kind: "context.changed",
    version: 3,
    baseVersion: 2,
    author: "ops",
    reason: "cooler",
    pointers: ["/policy/decision/rules"],
  },
  "context.resynced": { kind: "context.resynced", fromVersion: 1, version: 3 },
  "watch.resynced": { kind: "watch.resynced", cause: "slow", fromVersion: 1, version: 3 },
  "policy.changed": { kind: "policy.changed", contextVersion: 3, policyHash: "ab12" },
  "policy.refused": { kind: "policy.refused", contextVersion: 4, message: "policy.safeAction is unknown" },
  "rule.failed": { kind: "rule.failed", ruleId: "overheating-critical", contextVersion: 3, message: "no such field" },
  "decision.acted": {
    kind: "decision.acted",
    agentId,
    decision,
    source: "committed",
    latencyMs: 4.5,
    contextHit: true,
  },
  "decision.unreachable": { kind: "decision.unreachable", agentId, message: "10.0.0.9:50051 refused" },
  "decision.reconciled": {
    kind: "decision.reconciled",
    agentId,
    incidentId: "i-1",
    acted: "enter_safe_mode",
    ledgerAction: "cool_down",
  },
  "decision.reoffered": {
    kind: "decision.reoffered",
    outcome: "replaced",
    incidentId: "i-1",
    decisionId: "d-1",
    action: "throttle",
    standingId: "d-2",
    standingAction: "cool_down",
  },
  "reasoner.failed": { kind: "reasoner.failed", reasoner: "rules", cause: "late", message: "after 1 s" },
  "acts.unrecorded": { kind: "acts.unrecorded", pending: 10_000, dropped: 5, message: "the store is away" },
  "telemetry.refused": { kind: "telemetry.refused", source: "host", message: "telemetry.cpu is NaN" },
  "listener.failed": { kind: "listener.failed", listener: "beat", message: "boom" },
  "http.answered": { kind: "http.answered", method: "GET", route: "/api/v1/swarm", status: 200, durationMs: 1.5 },
  "http.failed": { kind: "http.failed", message: "boom" },
  "event-streams.changed": { kind: "event-streams.changed", open: 2 },
  "follow.failed": { kind: "follow.failed", what: "leader", code: "store-unavailable", message: "the store is away" },
  "rhythm.measured": {
    kind: "rhythm.measured",
    coherence: 0.999,
    spreadP50Ms: 0.4,
    cadenceErrorPpm: -12,
    converged: true,
  },
  "decisions.counted": { kind: "decisions.counted", committed: 12, divergent: 1, safeAlone: 2 },
  "agent.superseded": { kind: "agent.superseded", agentId, incarnation: 1 },
  "agent.stopped": { kind: "agent.stopped", agentId, incarnation: 1, drained: true },
};

/** All of them, in an order in which they could happen. */
export const sampleEvents: readonly RuntimeEvent[] = Object.values(samples);
