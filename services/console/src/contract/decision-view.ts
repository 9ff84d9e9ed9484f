/** `GET /api/v1/decisions` and `POST /api/v1/telemetry`. */
import { Type, type Static } from "typebox";
import { directiveSchema } from "./directive-view.ts";
import { closedObject, nextCursor, oneOf, staleMark, textOrNull, unixMs } from "./scalars.ts";

const decisionTypes = ["NORMAL", "ANOMALY_RESPONSE", "RESOURCE_OPTIMIZATION", "SAFE_MODE", "FAILOVER"] as const;
const source = oneOf(
  ["committed", "adopted", "safe-alone", "local"],
  "`committed`: this agent's proposal stands; `adopted`: another's does; `safe-alone`: no ledger in reach (D3); `local`: the swarm mode is off.",
);

const decision = {
  decisionId: Type.String(),
  incidentId: Type.String(),
  action: Type.String(),
  type: oneOf(decisionTypes, "What sort of decision it is."),
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  reasoning: Type.String(),
  term: Type.Integer({ description: "The leader's term in force at the commit; 0 where none was known." }),
  contextVersion: Type.Integer(),
  policyHash: Type.String({ description: "SHA-256 of the policy's canonical JSON, hex." }),
  committedAt: unixMs("Redis's clock at the commit"),
};

/** A committed decision, as an event tells it. */
export const decisionSchema = closedObject(decision);

/** A committed decision with what agents did about it. */
export const decisionEntrySchema = closedObject({
  ...decision,
  acts: Type.Array(
    closedObject({ agentId: Type.String(), action: Type.String(), source, at: unixMs("The agent's wall clock") }),
  ),
  directive: Type.Union([directiveSchema, Type.Null()], {
    description: "How far the action is propagated; null where it is not.",
  }),
});

/** The answer of `GET /api/v1/decisions`, newest first. */
export const decisionsAnswerSchema = closedObject({
  decisions: Type.Array(decisionEntrySchema),
  next: nextCursor,
  stale: staleMark,
});

/** The body of `POST /api/v1/telemetry`; the reading's fields are checked by the core. */
export const telemetryBodySchema = closedObject({
  telemetry: Type.Object({}, { description: "Named numbers, texts and flags; `subject` says whom they are about." }),
  incident: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 512,
      pattern: "^[\\x21-\\x7e]+$",
      description: "The whole identity of the incident; without it the rules classify the reading.",
    }),
  ),
});

/** The answer of `POST /api/v1/telemetry`: one entry for each agent that answered in time. */
export const telemetryAnswerSchema = closedObject({
  incidentId: textOrNull("The incident that the swarm decided about; null where no agent answered."),
  divergence: Type.Integer({ description: "1 where agents acted differently on this incident, 0 where they did not." }),
  missing: Type.Array(Type.String(), { description: "Agents that were alive at receipt and did not answer in 2 s." }),
  decisions: Type.Array(
    closedObject({
      agentId: Type.String(),
      action: decision.action,
      decisionId: decision.decisionId,
      type: decision.type,
      term: decision.term,
      contextVersion: decision.contextVersion,
      policyHash: decision.policyHash,
      source,
    }),
  ),
});

/** The query of `GET /api/v1/decision-audit`. */
export const auditQuerySchema = closedObject({
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 10_000, description: "How many decisions, newest first (default 1,000)." }),
  ),
});

/** The answer of `GET /api/v1/decision-audit`. */
export const decisionAuditSchema = closedObject({
  decisions: Type.Integer({ description: "Decisions that were looked at." }),
  rules: closedObject(
    {
      same: Type.Integer({ description: "The rules say what was decided, or safe mode does." }),
      other: Type.Integer({ description: "The rules say something else: a reasoner of an agent's own decided." }),
      fallback: Type.Integer({ description: "The safe action, for a cause outside of the input." }),
    },
    "What the rules of its policy say on each decision's input.",
  ),
  policyUnknown: Type.Integer({
    description:
      "Decisions whose policy the document's history no longer holds; of them the input's hash was looked at.",
  }),
  faults: Type.Array(Type.String(), { description: "Breaches of D2; none is good." }),
});

export type AuditQuery = Static<typeof auditQuerySchema>;
export type DecisionView = Static<typeof decisionSchema>;
export type DecisionEntryView = Static<typeof decisionEntrySchema>;
export type TelemetryBody = Static<typeof telemetryBodySchema>;
export type TelemetryAnswer = Static<typeof telemetryAnswerSchema>;
