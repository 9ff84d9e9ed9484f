/** `GET /api/v1/schedules`. */
import { Type, type Static } from "typebox";
import type { RunEntry } from "@entrain/core/schedule";
import type { ScheduledJob } from "@entrain/ports";
import {
  closedObject,
  integerOrNull,
  nextCursor,
  numberOrNull,
  oneOf,
  staleMark,
  textOrNull,
  unixMs,
} from "./scalars.ts";

const outcome = oneOf(
  ["completed", "failed", "released", "lost", "abandoned", "missed"],
  "released: handed on by an agent that stopped; lost: its agent died; abandoned: that happened too often.",
);

/** One line of a job's history. */
const runSchema = closedObject({
  outcome,
  fireAt: unixMs("What it was for; of several missed ones, the first"),
  untilAt: numberOrNull("Of missed ones, the last, Unix ms; else null."),
  count: Type.Integer({ description: "1, or how many were missed." }),
  agentId: textOrNull("Who ran it; null where nobody did."),
  token: integerOrNull("Its fencing token."),
  attempt: integerOrNull("1, or more where it was taken over."),
  lateMs: numberOrNull("From the fire time to its beginning."),
  tookMs: numberOrNull("From its beginning to its end."),
  message: Type.String({ description: "What a failed run threw; else empty." }),
});

const jobSchema = closedObject({
  name: Type.String(),
  when: Type.String({ description: "Its fire times, in words." }),
  nextAt: numberOrNull("When it fires next, Unix ms; null: never again."),
  running: Type.Union([
    closedObject({
      agentId: Type.String(),
      fireAt: unixMs("What it is for"),
      attempt: Type.Integer(),
      startedAt: unixMs("Its beginning"),
    }),
    Type.Null({ description: "Nobody runs it now." }),
  ]),
  latest: Type.Array(runSchema, { description: "The latest lines of its history, newest first." }),
});

export const schedulesAnswerSchema = closedObject({
  schedules: Type.Array(jobSchema),
  next: nextCursor,
  stale: staleMark,
});

/** A job as the API shows it. */
export type ScheduleView = Static<typeof jobSchema>;

/** The view of a job. */
export function scheduleView({ job, text, nextAtMs, running, latest }: ScheduledJob): ScheduleView {
  return {
    name: job,
    when: text,
    nextAt: nextAtMs ?? null,
    running:
      running === undefined
        ? null
        : {
            agentId: running.agentId,
            fireAt: running.fireAtMs,
            attempt: running.attempt,
            startedAt: running.startedAtMs,
          },
    latest: latest.map(runView),
  };
}

function runView(entry: RunEntry): Static<typeof runSchema> {
  if (entry.kind === "missed") {
    const nobody = { agentId: null, token: null, attempt: null, lateMs: null, tookMs: null, message: "" };
    return { outcome: "missed", fireAt: entry.fromMs, untilAt: entry.toMs, count: entry.count, ...nobody };
  }
  const { kind: _, fireAtMs, ...run } = entry;
  return { ...run, fireAt: fireAtMs, untilAt: null, count: 1 };
}
