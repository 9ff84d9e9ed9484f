/** What can be done to tasks, and what comes of it. */
import type { Json } from "@entrain/kernel";
import type { Amounts } from "../budget/index.ts";
import type { HandoffCommand, HandoffOffer, HandoffOutcome } from "./handoff.ts";
import type { HeldTask, TaskDefinition } from "./task.ts";

/** A claim for as many tasks as fit. */
export interface ClaimRequest {
  readonly agentId: string;
  /** In the order of preference; see `queuesFor`. */
  readonly queues: readonly string[];
  /** What the agent offers, whether it has a hand free or not. */
  readonly capabilities: readonly string[];
  /** 0: only says what the agent offers. */
  readonly max: number;
  /** The share of its hands that are in use, 0 to 1: who hands a task over looks for the least (default 0). */
  readonly load?: number;
}

/** What a task's tries have consumed so far, this one included: totals, so that a repetition changes nothing (B3). */
interface Consuming {
  readonly consumed?: Amounts;
}

export type TaskCommand =
  | HandoffCommand
  | { readonly kind: "offer"; readonly task: TaskDefinition }
  | ({ readonly kind: "claim" } & ClaimRequest)
  | ({ readonly kind: "renew"; readonly taskId: string; readonly token: number; readonly progress?: Json } & Consuming)
  | ({ readonly kind: "complete"; readonly taskId: string; readonly token: number; readonly result: Json } & Consuming)
  /** With `again` it waits for another try after `delayMs`, if it has one left. */
  | ({
      readonly kind: "fail";
      readonly taskId: string;
      readonly token: number;
      readonly cause: string;
      readonly again: boolean;
      readonly delayMs: number;
    } & Consuming)
  | { readonly kind: "cancel"; readonly taskIds: readonly string[]; readonly cause: string }
  /** A dead letter gets all its tries anew. */
  | { readonly kind: "replay"; readonly taskId: string };

export type TaskOutcome =
  | HandoffOutcome
  | { readonly kind: "offered" }
  /** It was done before, the same way. */
  | { readonly kind: "repeated" }
  /** The id has another definition. */
  | { readonly kind: "reused" }
  /** As many tasks wait or run as there may be. */
  | { readonly kind: "full" }
  /** `nextInMs`: when there may be more tasks; null where nothing waits or runs. */
  | {
      readonly kind: "claimed";
      readonly tasks: readonly HeldTask[];
      /** Handoffs that wait for this agent's answer or confirmation. */
      readonly offers: readonly HandoffOffer[];
      readonly nextInMs: number | null;
    }
  | { readonly kind: "renewed"; readonly leaseLeftMs: number }
  | { readonly kind: "done" }
  /** Tries are left. */
  | { readonly kind: "waiting" }
  /** It is a dead letter now. */
  | { readonly kind: "failed" }
  | { readonly kind: "cancelled"; readonly count: number };
