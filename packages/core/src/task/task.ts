/**
 * Tasks: pieces of work for whoever has the capability. A task is offered once under its id, claimed for a lease with a
 * token, and finished by the holder of its latest token alone, so each counts once however often it was begun.
 */
import { canonicalJson, checkId, EntrainError, type Json, type TraceCarrier } from "@entrain/kernel";
import { checkAmounts, type Amounts } from "../budget/index.ts";
import type { HandedOver, Handoff } from "./handoff.ts";

/** Bounds of tasks. */
export const taskLimits = {
  /** Characters of the JSON text of an input or a result. Keep what is longer elsewhere, and pass where it is. */
  textMax: 262_144,
  /** Characters of a task id. */
  idMax: 200,
  /** Characters of the cause of a failure. */
  causeMax: 1_000,
  leaseMs: { least: 100, most: 600_000, usual: 3_000 },
  tries: { most: 100, usual: 5 },
  /** Tasks that wait or run, in a swarm. */
  openMax: 100_000,
  /** Tasks claimed by one call. */
  claimMax: 100,
  /** How long ended tasks are remembered, ms, and how many of them at most. */
  rememberedMs: 3_600_000,
  rememberedMax: 20_000,
  /** Dead letters, which outlive that. */
  deadMax: 10_000,
  /** Who claimed for a capability within that time offers it, ms. */
  offeringMs: 5_000,
} as const;

/** Who may claim a task: anybody with the capability, one agent alone, or whoever leads the swarm. */
export type TaskTarget =
  { readonly kind: "any" } | { readonly kind: "agent"; readonly agentId: string } | { readonly kind: "leader" };

/** A task as it is offered. */
export interface TaskDefinition {
  /** `<group>/<path>` or a single name; unique in the swarm. */
  readonly taskId: string;
  readonly capability: string;
  readonly target: TaskTarget;
  readonly input: Json;
  /** How long a claim lasts without a renewal, ms. */
  readonly leaseMs: number;
  /** How often it may be begun before it is a dead letter. */
  readonly triesMax: number;
  /** The handler's time per try, ms; null: no limit. */
  readonly timeoutMs: number | null;
  /** What its session had left when it was begun; absent without a budget. */
  readonly budget?: Amounts;
  /** What caused it; absent where nothing is traced. */
  readonly trace?: TraceCarrier;
}

/** What the caller says of it. */
export interface TaskWish {
  readonly taskId: string;
  readonly capability: string;
  readonly target?: TaskTarget;
  readonly input?: Json;
  readonly leaseMs?: number;
  readonly triesMax?: number;
  readonly timeoutMs?: number | null;
  readonly budget?: Amounts;
  readonly trace?: TraceCarrier | undefined;
}

export type TaskState = "waiting" | "running" | "done" | "failed" | "cancelled";

/** A task as it stands. */
export interface Task {
  readonly definition: TaskDefinition;
  readonly state: TaskState;
  /** How often it was begun. */
  readonly tries: number;
  /** Who runs it, or ran it last; null before the first claim. */
  readonly holder: string | null;
  /** What the holder said last of how far it is; null where it said nothing. */
  readonly progress: Json;
  /** What all tries consumed, as far as their holders said: totals. */
  readonly consumed: Amounts;
  /** Once it is done. */
  readonly result: Json;
  /** Why the last try failed, or why it was cancelled; null where neither happened. */
  readonly cause: string | null;
  /** Unix ms of the store's clock; null while it is open. */
  readonly endedAtMs: number | null;
  /** The latest handoff; null where there was none. */
  readonly handoff: Handoff | null;
  /** What the last one brought; null where none was transferred. */
  readonly handedOver: HandedOver | null;
}

/** A claimed task: the token is what makes its holder's answer count (P1). */
export interface HeldTask {
  readonly definition: TaskDefinition;
  readonly token: number;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly leaseLeftMs: number;
  /** What earlier tries consumed: the holder's totals begin there. */
  readonly consumed: Amounts;
  /** What an earlier holder handed over; null where nobody did. */
  readonly handedOver: HandedOver | null;
}

const taskIdPattern = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/;

/** @throws EntrainError `invalid-argument` that names the field. */
export function checkTaskId(field: string, taskId: unknown): string {
  if (typeof taskId === "string" && taskId.length <= taskLimits.idMax && taskIdPattern.test(taskId)) return taskId;
  const remedy = `use 1 to ${taskLimits.idMax} letters, digits, '.', '_', '-' or '/', beginning with a letter or digit`;
  throw EntrainError.invalid(field, taskId, remedy);
}

/** The JSON text of an input or a result. @throws EntrainError `invalid-argument` that names the field. */
export function taskText(field: string, value: Json): string {
  const text = canonicalJson(value);
  if (text.length > taskLimits.textMax)
    throw EntrainError.invalid(
      field,
      `JSON of ${text.length} characters`,
      `stay within ${taskLimits.textMax}, keep what is longer elsewhere, and pass where it is`,
    );
  return text;
}

/** The whole definition. @throws EntrainError `invalid-argument` that names the field. */
export function taskDefinition(wish: TaskWish): TaskDefinition {
  const { least, most, usual } = taskLimits.leaseMs;
  const { target = { kind: "any" }, input = null, timeoutMs = null } = wish;
  taskText("input", input);
  return {
    taskId: checkTaskId("taskId", wish.taskId),
    capability: checkId("capability", wish.capability),
    target: target.kind === "agent" ? { kind: "agent", agentId: checkId("target", target.agentId) } : target,
    input,
    leaseMs: checkWhole("leaseMs", wish.leaseMs ?? usual, least, most),
    triesMax: checkWhole("triesMax", wish.triesMax ?? taskLimits.tries.usual, 1, taskLimits.tries.most),
    timeoutMs: timeoutMs === null ? null : checkWhole("timeoutMs", timeoutMs, 1, 86_400_000),
    ...(wish.budget === undefined ? {} : { budget: checkAmounts("budget", wish.budget, 0) }),
    ...(wish.trace === undefined ? {} : { trace: wish.trace }),
  };
}

/** @throws EntrainError `invalid-argument` that names the field. */
export function checkWhole(field: string, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw EntrainError.invalid(field, value, `give a whole number from ${least} to ${most}`);
}

/** The line in which it waits: each has its own claimants. */
export function queueOf({ capability, target }: Pick<TaskDefinition, "capability" | "target">): string {
  if (target.kind === "agent") return `${capability}@${target.agentId}`;
  return target.kind === "leader" ? `${capability}#leader` : capability;
}

/** The lines from which an agent may claim. */
export function queuesFor(capabilities: readonly string[], agentId: string, isLeader: boolean): readonly string[] {
  return capabilities.flatMap((capability) => [
    `${capability}@${agentId}`,
    ...(isLeader ? [`${capability}#leader`] : []),
    capability,
  ]);
}
