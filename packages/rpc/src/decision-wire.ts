/** Readings, decisions and acts: domain to wire and back; what comes in is checked whole. */
import { EntrainError, checkId } from "@entrain/kernel";
import {
  checkReading,
  type Act,
  type ActSource,
  type Approval,
  type Decision,
  type DecisionInput,
  type DecisionType,
  type DirectiveTerms,
  type FleetMember,
  type Reading,
} from "@entrain/core/decision";
import { agentRoles } from "@entrain/core/membership";
import type { Leadership } from "@entrain/core/election";
import type { DecideOutcome, DecideRequest } from "@entrain/ports";
import type { Act as WireAct, Act__Output } from "./gen/entrain/v1/Act.ts";
import type { Approval__Output } from "./gen/entrain/v1/Approval.ts";
import type { DecideRequest as WireRequest, DecideRequest__Output } from "./gen/entrain/v1/DecideRequest.ts";
import type { DecideResponse, DecideResponse__Output } from "./gen/entrain/v1/DecideResponse.ts";
import type { Decision as WireDecision, Decision__Output } from "./gen/entrain/v1/Decision.ts";
import type { DecisionInput as WireInput, DecisionInput__Output } from "./gen/entrain/v1/DecisionInput.ts";
import type { DirectiveTerms as WireTerms, DirectiveTerms__Output } from "./gen/entrain/v1/DirectiveTerms.ts";
import type { FleetMember__Output } from "./gen/entrain/v1/FleetMember.ts";
import type { Leadership__Output } from "./gen/entrain/v1/Leadership.ts";
import type { Reading as WireReading, Reading__Output } from "./gen/entrain/v1/Reading.ts";
import { traceFromWire, traceToWire } from "./trace-wire.ts";
import { count, finite, hash, name, oneOf, present, text, within } from "./wire-fields.ts";

const sources = ["committed", "adopted", "safe-alone", "local"] as const satisfies readonly ActSource[];
const types = [
  "NORMAL",
  "ANOMALY_RESPONSE",
  "RESOURCE_OPTIMIZATION",
  "SAFE_MODE",
  "FAILOVER",
] as const satisfies readonly DecisionType[];

/** Longest incident id, decision id and action, characters. */
const nameMax = 512;
/** Longest reasoning, characters. */
const reasoningMax = 8_192;

/** A reading, its values sorted into maps by their type. */
export function readingToWire(reading: Reading): WireReading {
  const numbers: Record<string, number> = {};
  const texts: Record<string, string> = {};
  const flags: Record<string, boolean> = {};
  for (const [field, value] of Object.entries(reading)) {
    if (typeof value === "number") numbers[field] = value;
    else if (typeof value === "string") texts[field] = value;
    else flags[field] = value;
  }
  return { numbers, texts, flags };
}

/** @throws EntrainError `invalid-argument` that names the field (as `reading.<name>`). */
export function readingFromWire(reading: Reading__Output, field = "reading"): Reading {
  const entries = [reading.numbers, reading.texts, reading.flags].flatMap((map) => Object.entries(map));
  const seen = new Set<string>();
  for (const [key, value] of entries) {
    if (seen.has(key)) throw EntrainError.invalid(`${field}.${key}`, value, "give a name in one of the maps only");
    seen.add(key);
  }
  return checkReading(Object.fromEntries(entries), field);
}

function inputToWire(input: DecisionInput): WireInput {
  const { reading, health, fleet, ...rest } = input;
  return {
    ...rest,
    fleet: [...(fleet ?? [])],
    reading: readingToWire(reading),
    ...(health === null ? {} : { health }),
  };
}

function inputFromWire(input: DecisionInput__Output, field: string): DecisionInput {
  return {
    reading: readingFromWire(present(`${field}.reading`, input.reading), `${field}.reading`),
    health: input.health === undefined ? null : within(`${field}.health`, input.health, 0, 1),
    safeMode: input.safeMode,
    contextVersion: count(`${field}.context_version`, input.contextVersion),
    policyHash: hash(`${field}.policy_hash`, input.policyHash),
    ...(input.approval === null ? {} : { approval: approvalFromWire(input.approval, `${field}.approval`) }),
    ...(input.fleet.length === 0 ? {} : { fleet: input.fleet.map((member) => memberFromWire(member, field)) }),
  };
}

function approvalFromWire({ proposalId, passed, yes, voters }: Approval__Output, field: string): Approval {
  return {
    proposalId: checkId(`${field}.proposal_id`, proposalId),
    passed,
    yes: count(`${field}.yes`, yes),
    voters: count(`${field}.voters`, voters),
  };
}

function memberFromWire({ agentId, health, missing }: FleetMember__Output, field: string): FleetMember {
  return {
    agentId: checkId(`${field}.fleet.agent_id`, agentId),
    health: within(`${field}.fleet.health`, health, 0, 1),
    ...(missing ? { missing } : {}),
  };
}

export function decisionToWire(decision: Decision): WireDecision {
  const { directive, input, committedAtMs, trace, ...rest } = decision;
  return {
    ...rest,
    committedAtMs: Math.round(committedAtMs),
    input: inputToWire(input),
    ...traceToWire(trace),
    ...(directive === undefined ? {} : { directive: termsToWire(directive) }),
  };
}

/** @throws EntrainError `invalid-argument` that names the field. */
export function decisionFromWire(decision: Decision__Output, field = "decision"): Decision {
  return {
    decisionId: name(`${field}.decision_id`, decision.decisionId, nameMax),
    incidentId: name(`${field}.incident_id`, decision.incidentId, nameMax),
    type: oneOf(`${field}.type`, decision.type, types),
    action: name(`${field}.action`, decision.action, nameMax),
    confidence: within(`${field}.confidence`, decision.confidence, 0, 1),
    reasoning: text(`${field}.reasoning`, decision.reasoning, reasoningMax),
    term: count(`${field}.term`, decision.term),
    contextVersion: count(`${field}.context_version`, decision.contextVersion),
    policyHash: hash(`${field}.policy_hash`, decision.policyHash),
    input: inputFromWire(present(`${field}.input`, decision.input), `${field}.input`),
    inputHash: hash(`${field}.input_hash`, decision.inputHash),
    committedBy: checkId(`${field}.committed_by`, decision.committedBy),
    committedAtMs: count(`${field}.committed_at_ms`, decision.committedAtMs),
    ...(decision.directive === null ? {} : { directive: termsFromWire(decision.directive, `${field}.directive`) }),
    ...traceFromWire(decision),
  };
}

function termsToWire({ targets, missing, ...rest }: DirectiveTerms): WireTerms {
  return { ...rest, targets: [...targets], missing: [...(missing ?? [])] };
}

function termsFromWire(terms: DirectiveTerms__Output, field: string): DirectiveTerms {
  return {
    scope: oneOf(`${field}.scope`, terms.scope, ["swarm", "fleet"]),
    targets: terms.targets.map((agentId) => checkId(`${field}.targets`, agentId)),
    ...(terms.missing.length === 0
      ? {}
      : { missing: terms.missing.map((agentId) => checkId(`${field}.missing`, agentId)) }),
    deadlineMs: count(`${field}.deadline_ms`, terms.deadlineMs),
    complianceMin: within(`${field}.compliance_min`, terms.complianceMin, 0, 1),
  };
}

export function sourceFromWire(source: string, field: string): ActSource {
  return oneOf(field, source, sources);
}

export function actToWire(act: Act): WireAct {
  return { ...act, atMs: Math.round(act.atMs) };
}

/** @throws EntrainError `invalid-argument` that names the field. */
export function actFromWire(act: Act__Output, field: string): Act {
  return {
    agentId: checkId(`${field}.agent_id`, act.agentId),
    incidentId: name(`${field}.incident_id`, act.incidentId, nameMax),
    decisionId: name(`${field}.decision_id`, act.decisionId, nameMax),
    action: name(`${field}.action`, act.action, nameMax),
    source: sourceFromWire(act.source, `${field}.source`),
    atMs: count(`${field}.at_ms`, act.atMs),
  };
}

/** The identity that a caller may give an incident; empty on the wire: none. */
export function incidentIdFromWire(incidentId: string): string | undefined {
  return incidentId === "" ? undefined : name("incident_id", incidentId, nameMax);
}

export function requestToWire(request: DecideRequest): WireRequest {
  const { agentId, incarnation, reading, incidentId, leadership, assignedRole } = request;
  return {
    agentId,
    incarnation,
    reading: readingToWire(reading),
    incidentId: incidentId ?? "",
    leadership: leadership ?? null,
    assignedRole: assignedRole ?? "",
  };
}

/** @throws EntrainError `invalid-argument` that names the field. */
export function requestFromWire(request: DecideRequest__Output): DecideRequest {
  const incidentId = incidentIdFromWire(request.incidentId);
  const { leadership, assignedRole } = request;
  return {
    agentId: checkId("agent_id", request.agentId),
    incarnation: count("incarnation", request.incarnation),
    reading: readingFromWire(present("reading", request.reading)),
    ...(incidentId === undefined ? {} : { incidentId }),
    ...(leadership === null ? {} : { leadership: leadershipFromWire(leadership) }),
    ...(assignedRole === "" ? {} : { assignedRole: oneOf("assigned_role", assignedRole, agentRoles) }),
  };
}

function leadershipFromWire(leadership: Leadership__Output): Leadership {
  return {
    agentId: checkId("leadership.agent_id", leadership.agentId),
    incarnation: count("leadership.incarnation", leadership.incarnation),
    term: count("leadership.term", leadership.term),
    generation: count("leadership.generation", leadership.generation),
  };
}

export function outcomeToWire(outcome: DecideOutcome): DecideResponse {
  return { ...outcome, decision: decisionToWire(outcome.decision), repeatedBecause: outcome.repeatedBecause ?? "" };
}

/** @throws EntrainError `invalid-argument` that names the field. */
export function outcomeFromWire(outcome: DecideResponse__Output): DecideOutcome {
  const repeatedBecause = text("repeated_because", outcome.repeatedBecause, reasoningMax);
  return {
    decision: decisionFromWire(present("decision", outcome.decision)),
    source: sourceFromWire(outcome.source, "source"),
    latencyMs: finite("latency_ms", outcome.latencyMs),
    contextHit: outcome.contextHit,
    ...(repeatedBecause === "" ? {} : { repeatedBecause }),
  };
}
