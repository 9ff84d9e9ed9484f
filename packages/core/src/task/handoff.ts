/**
 * Handoffs: a running task passes from its holder to another agent (P3). Four messages, each fenced: the holder *offers* it, the
 * other *accepts* or rejects, the holder *transfers* it, the other *confirms*. The holder owns the task until the transfer,
 * the other from then on, by a new token. An offer that is rejected, or over, leaves the task where it is; a transfer that
 * is not confirmed within the task's lease puts it back in its line, with all that was handed over.
 */
import { canonicalJson, EntrainError, type Json, type TraceCarrier } from "@entrain/kernel";
import type { Amounts } from "../budget/index.ts";
import type { HeldTask, TaskState } from "./task.ts";

/** Why a task is handed over. */
export const handoffReasons = [
  "capability-mismatch",
  "load",
  "escalation",
  "failure-recovery",
  "pipeline-step",
  "delegation",
  "timeout",
] as const;
export type HandoffReason = (typeof handoffReasons)[number];

/** Bounds of handoffs. */
export const handoffLimits = {
  /** How long an offer may stand, ms. */
  forMs: { least: 50, most: 600_000, usual: 5_000 },
  /** Characters of the JSON text of what is handed over. */
  carryMax: 65_536,
} as const;

/** How far a handoff is. One whose `untilMs` has passed before its transfer is over, whatever it says. */
export type HandoffState = "offered" | "accepted" | "rejected" | "transferred" | "confirmed";

/** The latest handoff of a task. */
export interface Handoff {
  /** 1 for the task's first. */
  readonly number: number;
  readonly from: string;
  readonly to: string;
  readonly reason: HandoffReason;
  readonly state: HandoffState;
  /** Until when it may be accepted and transferred, Unix ms of the store's clock. */
  readonly untilMs: number;
  /** Why it was rejected. */
  readonly cause: string | null;
}

/** What an earlier holder handed over with the task. */
export interface HandedOver {
  readonly from: string;
  readonly reason: HandoffReason;
  /** How far it came, what remains, what it depends on, what it made: as the earlier holder put it. */
  readonly carry: Json;
  /** The handoff itself; absent where nothing is traced. */
  readonly trace?: TraceCarrier;
}

/** A handoff as the agent sees it that is to take the task. */
export interface HandoffOffer {
  readonly taskId: string;
  readonly capability: string;
  readonly number: number;
  readonly from: string;
  readonly reason: HandoffReason;
  /** `offered`: answer it. `transferred`: confirm it, it is yours. */
  readonly state: "offered" | "transferred";
  /** Until it is over, ms. */
  readonly leftMs: number;
}

export type HandoffCommand =
  | {
      readonly kind: "hand";
      readonly taskId: string;
      readonly token: number;
      readonly to: string;
      readonly reason: HandoffReason;
      readonly forMs: number;
    }
  | {
      readonly kind: "answer";
      readonly taskId: string;
      readonly number: number;
      readonly agentId: string;
      readonly accepted: boolean;
      /** Why it is rejected; '' where it is not. */
      readonly cause: string;
    }
  | {
      readonly kind: "transfer";
      readonly taskId: string;
      readonly token: number;
      readonly number: number;
      readonly carry: Json;
      /** What its tries have consumed so far: totals. */
      readonly consumed?: Amounts;
      readonly trace?: TraceCarrier | undefined;
    }
  | { readonly kind: "confirm"; readonly taskId: string; readonly number: number; readonly agentId: string };

export type HandoffOutcome =
  /** It is offered under this number; an earlier offer of the task is over. */
  | { readonly kind: "handing"; readonly number: number }
  | { readonly kind: "answered" }
  | { readonly kind: "transferred" }
  | { readonly kind: "confirmed"; readonly task: HeldTask }
  /** It is another agent's, too late, or succeeded by another offer. */
  | { readonly kind: "handoff-over" }
  /** The token is not the latest, or the task has ended: the caller's work does not count (P1). */
  | { readonly kind: "lost"; readonly state: TaskState | "unknown" };

/** The JSON text of what is handed over. @throws EntrainError `invalid-argument` that names the field. */
export function carryText(carry: Json): string {
  const text = canonicalJson(carry);
  if (text.length <= handoffLimits.carryMax) return text;
  const remedy = `stay within ${handoffLimits.carryMax}, keep what is longer elsewhere, and pass where it is`;
  throw EntrainError.invalid("carry", `JSON of ${text.length} characters`, remedy);
}

/** @throws EntrainError `invalid-argument` that names the field. */
export function checkHandoffReason(reason: unknown): HandoffReason {
  const known = handoffReasons.find((name) => name === reason);
  if (known === undefined) throw EntrainError.invalid("reason", reason, `give one of ${handoffReasons.join(", ")}`);
  return known;
}
