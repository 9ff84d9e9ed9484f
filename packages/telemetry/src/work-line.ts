/** Log lines of work: batches, scheduled jobs, tasks and sessions. */
import type { RuntimeEvent } from "@entrain/ports";
import { line, type EventLine } from "./line.ts";

type EventOf<Kind extends RuntimeEvent["kind"]> = Extract<RuntimeEvent, { readonly kind: Kind }>;

/** What an agent of this process did for its user. */
export function workLine(
  event: EventOf<
    "batch.flushed" | "batch.refused" | "fleet.called" | "task.ended" | "handoff.ended" | keyof typeof jobMessages
  >,
): EventLine {
  switch (event.kind) {
    case "batch.flushed":
    case "batch.refused":
      return batchLine(event);
    case "fleet.called": {
      const { kind: _, ...fields } = event;
      const level = event.outcome !== "answered" ? "warn" : event.takenOver ? "info" : "trace";
      return line(level, `call of the fleet ${event.outcome}`, fields);
    }
    case "task.ended":
      return taskLine(event);
    case "handoff.ended": {
      const { kind: _, outcome, cause, ...rest } = event;
      return line("info", `task ${outcome}`, { ...rest, ...(cause === "" ? {} : { cause }) });
    }
    default:
      return jobLine(event);
  }
}

const jobMessages = {
  "run.started": "run started",
  "run.ended": "run ended",
  "run.missed": "runs missed",
  "job.stalled": "job cannot go on for now",
} as const;

/** A scheduled job: a failed run says what it threw. */
function jobLine(event: EventOf<keyof typeof jobMessages>): EventLine {
  const { kind, ...fields } = event;
  const isGood = kind === "run.started" || (event.kind === "run.ended" && event.outcome === "completed");
  return line(isGood ? "debug" : "warn", jobMessages[kind], fields);
}

function batchLine(event: EventOf<"batch.flushed" | "batch.refused">): EventLine {
  const { kind: _, ...fields } = event;
  if (event.kind === "batch.refused") return line("debug", "item refused: too much waits", fields);
  return line(event.failed > 0 ? "warn" : "trace", "batch flushed", fields);
}

function taskLine({ kind: _, outcome, cause, ...rest }: EventOf<"task.ended">): EventLine {
  const level = outcome === "done" || outcome === "handed" ? "debug" : outcome === "again" ? "info" : "warn";
  return line(level, `task ${outcome}`, { ...rest, ...(cause === "" ? {} : { cause }) });
}

/** A session that this process drives, or waits for. */
export function sessionLine(event: EventOf<"session.changed" | "session.undriven">): EventLine {
  if (event.kind === "session.undriven") {
    const { sessionId, forMs } = event;
    const message = "nobody drives the session yet: start a coordinator or make an agent with coordinate: true";
    return line("warn", message, { sessionId, forMs });
  }
  const { kind: _, sessionId, state, cause, ...rest } = event;
  const level = state === "failed" || state === "diverged" ? "warn" : "info";
  return line(level, `session ${state}`, { sessionId, ...rest, ...(cause === "" ? {} : { cause }) });
}
