/** `GET` and `POST /api/v1/sessions`, `GET` and `DELETE /api/v1/sessions/{id}`. */
import { Type, type Static } from "typebox";
import { addAmounts, type Amounts } from "@entrain/core/budget";
import type { SessionRecord, SessionState } from "@entrain/core/session";
import type { SessionHeader } from "@entrain/ports";
import type { SessionView as StoredView } from "@entrain/runtime";
import { closedObject, nextCursor, numberOrNull, oneOf, staleMark, textOrNull, unixMs } from "./scalars.ts";

const states = [
  "initializing",
  "coordinating",
  "executing",
  "synchronizing",
  "converging",
  "converged",
  "diverged",
  "failed",
  "cancelled",
] as const satisfies readonly SessionState[];

const anything = (description: string) => Type.Unknown({ description });

const headerMembers = {
  sessionId: Type.String(),
  description: Type.String({ description: "What it is to reach, for people." }),
  pattern: Type.String({ description: "The outermost pattern; step: a single one." }),
  state: oneOf(states, "The last four are ends."),
  score: numberOrNull("0 to 100: the weights of the criteria that are met; null before a result."),
  threshold: Type.Number({ description: "The least score of success." }),
  cause: Type.String({ description: "Why it did not converge; empty where nothing went wrong." }),
  cancelling: Type.Boolean({ description: "Its end was asked for." }),
  createdAt: unixMs("By Redis's clock"),
  changedAt: unixMs("By Redis's clock"),
  timeoutMs: Type.Integer(),
  budgetId: textOrNull("The budget that it holds a part of; null: none."),
};

/** A session at a glance. */
export const sessionSchema = closedObject(headerMembers);

const stepSchema = closedObject({
  path: Type.String({ description: "Where in the pattern, beginning with the iteration." }),
  capability: Type.String(),
  state: oneOf(["running", "done", "failed"], "Whether and how it has ended."),
  agentId: textOrNull("Who did it; null: nobody yet."),
  startedAt: unixMs("By Redis's clock"),
  cause: Type.String({ description: "Why it failed; empty where it did not." }),
  consumed: Type.Record(Type.String(), Type.Number(), {
    description: "What all its tries reported, once it has ended.",
  }),
});

const amounts = (description: string) => Type.Record(Type.String(), Type.Number(), { description });

const budgetSchema = closedObject({
  budgetId: Type.String(),
  exhausted: oneOf(["fail", "queue", "degrade"], "What happens where it is used up."),
  state: oneOf(["waiting", "held", "used-up", "over"], "waiting: for room. over: the session has ended."),
  held: amounts("What was granted so far."),
  consumed: amounts("What steps that have ended reported, each counted once; more than what is held is overdrawn."),
});

const partSchema = closedObject({
  name: Type.String(),
  weight: Type.Number(),
  required: Type.Boolean(),
  met: Type.Boolean(),
});

/** A session and its steps. */
export const sessionDetailSchema = closedObject({
  ...headerMembers,
  iterations: Type.Integer({ description: "Those that came to a result." }),
  input: anything("What it was given."),
  result: anything("What it came to; null before its end."),
  budget: Type.Union([budgetSchema, Type.Null()], { description: "null: none." }),
  parts: Type.Array(partSchema, { description: "The criteria, once it has ended." }),
  steps: Type.Array(stepSchema, { description: "In the order in which they began." }),
});

export const sessionsAnswerSchema = closedObject({
  sessions: Type.Array(sessionSchema),
  next: nextCursor,
  stale: staleMark,
});

/** The body of `POST /api/v1/sessions`; the core checks what is in it. */
export const sessionBodySchema = Type.Object(
  {
    sessionId: Type.Optional(Type.String({ description: "The same id with the same body is made once." })),
    goal: Type.Optional(anything("{description?, criteria?: [{name, condition, weight?, required?}], threshold?}")),
    pattern: anything("A step {capability, …} or a pattern {pattern, …}: see docs/sessions.md."),
    input: Type.Optional(anything("What it is given.")),
    timeoutMs: Type.Optional(Type.Number()),
    iterationsMax: Type.Optional(Type.Number()),
    budget: Type.Optional(
      anything("{budgetId, amounts, exhausted? (fail, queue, degrade)}: held, and charged with what steps consume."),
    ),
  },
  { additionalProperties: false },
);

export type SessionView = Static<typeof sessionSchema>;
export type SessionDetail = Static<typeof sessionDetailSchema>;
export type SessionBody = Static<typeof sessionBodySchema>;

/** A session as the API shows it. */
export function sessionView(header: SessionHeader): SessionView {
  const { spec, state, score, cause, cancelling, createdAtMs, changedAtMs } = header;
  const { sessionId, goal, pattern, timeoutMs, budget } = spec;
  return {
    sessionId,
    description: goal.description,
    pattern: "pattern" in pattern ? pattern.pattern : "step",
    state,
    score,
    threshold: goal.threshold,
    cause,
    cancelling: cancelling !== null,
    createdAt: createdAtMs,
    changedAt: changedAtMs,
    timeoutMs,
    budgetId: budget?.budgetId ?? null,
  };
}

/** The same with its steps. */
export function sessionDetail({ header, record }: StoredView): SessionDetail {
  return {
    ...sessionView(header),
    iterations: record.iterated,
    input: header.spec.input,
    result: record.end?.result ?? null,
    budget: budgetOf(header, record),
    parts: [...(record.end?.parts ?? [])],
    steps: stepsOf(record),
  };
}

function stepsOf({ started, ended }: SessionRecord): SessionDetail["steps"] {
  return Array.from(started, ([path, { capability, atMs }]) => {
    const end = ended.get(path);
    const cause = end === undefined || end.outcome.ok ? "" : end.outcome.cause;
    const state = end === undefined ? "running" : end.outcome.ok ? "done" : "failed";
    const consumed = { ...end?.consumed };
    return { path, capability, state, agentId: end?.agentId ?? null, startedAt: atMs, cause, consumed };
  });
}

function budgetOf({ spec: { budget } }: SessionHeader, record: SessionRecord): SessionDetail["budget"] {
  if (budget === null) return null;
  const { asked, granted, consumed, exhausted } = record.budget;
  const held = asked.filter((_, index) => granted.has(index + 1)).reduce<Amounts>(addAmounts, {});
  const open = granted.size < asked.length || asked.length === 0 ? "waiting" : "held";
  const state = record.end !== null ? "over" : exhausted === null ? open : "used-up";
  return {
    budgetId: budget.budgetId,
    exhausted: budget.exhausted,
    state,
    held: { ...held },
    consumed: { ...consumed },
  };
}
