/** Sessions as tasks: the one that drives a session, whose token fences its log, and those that do its steps. */
import type { Json, TraceCarrier } from "@entrain/kernel";
import { taskDefinition, type TaskDefinition } from "../task/index.ts";
import type { WantedStep } from "./evaluate-session.ts";
import type { SessionSpec } from "./session.ts";
import type { StartedStep } from "./session-record.ts";

/** What only drivers of sessions offer. */
export const driverCapability = "entrain.session";

/** How long a session is without an owner after a crash, at most, ms. */
const driverLeaseMs = 2_000;
/** A session is taken over that often. */
const driverTriesMax = 100;

/** Without a slash, so that no step's task is called the same. */
export const sessionTaskId = (sessionId: string): string => `driver-of.${sessionId}`;

/** The session that a driver's task is about. */
export const sessionIdFrom = (input: Json): string => (input as { readonly sessionId: string }).sessionId;

/** The task that drives a session. */
export function driverTask(sessionId: string, trace?: TraceCarrier): TaskDefinition {
  return taskDefinition({
    taskId: sessionTaskId(sessionId),
    capability: driverCapability,
    input: { sessionId },
    leaseMs: driverLeaseMs,
    triesMax: driverTriesMax,
    trace,
  });
}

/** The task of a step. */
export const stepTaskId = (sessionId: string, path: string): string => `${sessionId}/${path}`;

/**
 * @param started what was left of the budget, and what the step is in a trace, when it was begun
 * @throws EntrainError `invalid-argument`, where the input is too large for a task
 */
export function stepTask(
  { sessionId, defaults = {} }: Pick<SessionSpec, "sessionId" | "defaults">,
  { path, step, input, agentId }: WantedStep,
  started: StartedStep | undefined,
): TaskDefinition {
  const { capability, by, leaseMs } = step;
  const { triesMax = defaults.stepTriesMax, timeoutMs = defaults.stepTimeoutMs } = step;
  return taskDefinition({
    taskId: stepTaskId(sessionId, path),
    capability,
    target: agentId !== null ? { kind: "agent", agentId } : by === "leader" ? { kind: "leader" } : { kind: "any" },
    input,
    ...(triesMax === undefined ? {} : { triesMax }),
    ...(leaseMs === undefined ? {} : { leaseMs }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    trace: started?.trace,
    ...(started?.budget === undefined ? {} : { budget: started.budget }),
  });
}
