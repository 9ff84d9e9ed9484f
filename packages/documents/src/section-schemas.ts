/**
 * JSON Schemas (draft-07) of the sections that have a meaning. They say what Entrain itself reads or promises, and leave the
 * rest open; a swarm adds its own under `/metadata/schemas/<section>`.
 */
import { rateLimits } from "@entrain/core/rate";

const named = (of: object) => ({ type: "object", additionalProperties: of });
const anyObject = { type: "object" };
const wholeNumber = { type: "integer", minimum: 1 };
const names = { type: "array", items: { type: "string", minLength: 1 } };

const blackboardItem = {
  type: "object",
  required: ["kind", "value"],
  properties: {
    kind: { enum: ["data", "goal", "plan", "observation", "hypothesis"] },
    value: {},
    access: { enum: ["public", "group", "private"] },
    /** Unix ms. */
    expiresAt: { type: "number", minimum: 0 },
    owner: { type: "string" },
    group: { type: "string" },
  },
  additionalProperties: false,
};

/** What there is to share: by name, what becomes of it when it is handed out, and how much of it there is. */
const resource = {
  type: "object",
  properties: {
    kind: { enum: ["reusable", "consumable"] },
    capacity: { type: "number", minimum: 0 },
    unit: { type: "string" },
  },
};

/** Of a rate that the swarm shares: its requests per second. */
const rate = {
  type: "object",
  required: ["perSecond"],
  properties: {
    perSecond: { type: "number", minimum: rateLimits.perSecond.least, maximum: rateLimits.perSecond.most },
  },
  additionalProperties: false,
};

/** Of a call: how often it is tried again, and the pauses between, ms. */
const retry = {
  type: "object",
  properties: {
    attemptsMax: { type: "integer", minimum: 0 },
    pauseMs: { type: "number", minimum: 0 },
    pauseMaxMs: { type: "number", minimum: 0 },
  },
};

const organisation = {
  type: "object",
  properties: {
    roles: named(anyObject),
    groups: named({ type: "object", properties: { members: names, roles: names } }),
    norms: { type: "array", items: anyObject },
  },
};

/** By section. `policy.decision` is checked by the policy's own compiler. */
export const sectionSchemas: Readonly<Record<string, object>> = {
  resources: named(resource),
  policy: {
    type: "object",
    properties: {
      decision: anyObject,
      security: anyObject,
      resource: { type: "object", properties: { rates: named(rate) } },
      organisation,
      history: {
        type: "object",
        properties: {
          versionsMax: wholeNumber,
          ageMaxMs: wholeNumber,
          charactersMax: wholeNumber,
          budgetEntriesMax: wholeNumber,
        },
        additionalProperties: false,
      },
    },
  },
  configuration: {
    type: "object",
    properties: {
      timeouts: named({ type: "number", exclusiveMinimum: 0 }),
      retries: named(retry),
      features: {
        type: "object",
        properties: { swarmMode: { type: "boolean" } },
        additionalProperties: { type: ["boolean", "number", "string"] },
      },
      coordination: anyObject,
    },
  },
  blackboard: { type: "object", properties: { items: named(blackboardItem) } },
  execution: {
    type: "object",
    properties: {
      status: { type: "string" },
      teams: named(anyObject),
      agents: named(anyObject),
      runs: named(anyObject),
    },
  },
  metadata: {
    type: "object",
    properties: {
      schemas: named({ type: ["object", "boolean"] }),
      severities: named({ enum: ["info", "warning", "critical"] }),
    },
  },
};
