/**
 * JSON Schemas (draft-07) of the sections that have a meaning. They say what Entrain itself reads or promises, and leave the
 * rest open; a swarm adds its own under `/metadata/schemas/<section>`.
 */
import { rateLimits } from "@entrain/core/rate";

const named = (of: object) => ({ type: "object", additionalProperties: of });
const anyObject = { type: "object" };
const wholeNumber = { type: "integer", minimum: 1 };
const wholeWithin = (minimum: number, maximum: number) => ({ type: "integer", minimum, maximum });
const flag = { type: "boolean" };
/** The longest that a session or a step may take, ms. */
const dayMs = 86_400_000;
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

/** Of a call: how often it is tried in all, and the pauses between, ms. */
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

/** By section. `policy.decision`, roles and the policies of budgets are checked by their own code. */
export const sectionSchemas: Readonly<Record<string, object>> = {
  resources: named(resource),
  policy: {
    type: "object",
    properties: {
      decision: anyObject,
      security: anyObject,
      resource: { type: "object", properties: { rates: named(rate), budgets: named(anyObject) } },
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
      timeouts: {
        type: "object",
        properties: { session: wholeWithin(100, dayMs), step: wholeWithin(1, dayMs) },
        additionalProperties: { type: "number", exclusiveMinimum: 0 },
      },
      retries: {
        type: "object",
        properties: { step: { type: "object", properties: { attemptsMax: wholeWithin(1, 100) } } },
        additionalProperties: retry,
      },
      features: {
        type: "object",
        properties: { swarmMode: { type: "boolean" } },
        additionalProperties: { type: ["boolean", "number", "string"] },
      },
      coordination: {
        type: "object",
        properties: { iterationsMax: wholeWithin(1, 100), executionEveryMs: wholeWithin(100, dayMs), execution: flag },
      },
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
