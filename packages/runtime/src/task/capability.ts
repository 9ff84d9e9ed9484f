/** What an agent can do, and what its handlers are told of their tasks. */
import type { Json } from "@entrain/kernel";
import type { Amounts } from "@entrain/core/budget";
import type { HandedOver, HandoffOffer } from "@entrain/core/task";
import type { HandoffRequest } from "./hand-over.ts";

/** What a handler is told of its task. */
export interface TaskContext {
  readonly taskId: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** The claim's token: give it to whatever you write to, so that an older holder can be refused there too. */
  readonly token: number;
  /** Aborts when the task is no longer this agent's, is cancelled, takes too long, or the agent stops. */
  readonly signal: AbortSignal;
  /** Says how far it is; told with the next renewal. */
  progress(value: Json): void;
  /** What the task's session had left of its budget when the step began; null where it has none. */
  readonly budget: Amounts | null;
  /**
   * Adds to what this task has consumed, retries included: told with the next renewal, and with the outcome whatever that is.
   * The session's budget is charged with it once.
   * @param amounts whole numbers by resource
   * @throws EntrainError `invalid-argument`
   */
  readonly consume: (amounts: Amounts) => void;
  /** What an earlier holder handed over with the task; null where nobody did. */
  readonly handedOver: HandedOver | null;
  /**
   * Hands the task to another agent: once that has it, rejects with `cancelled`, which the handler lets through.
   * @throws EntrainError `unavailable` where nobody takes it: then the task is still the handler's
   */
  readonly handOff: (request: HandoffRequest) => Promise<never>;
}

/** Does the work: what it returns is the task's result; what it throws is tried again unless trying cannot help. */
export type TaskHandler = (input: Json, context: TaskContext) => Json | Promise<Json>;

/** What an agent can do. */
export interface Capability {
  readonly name: string;
  /** Tasks at once in this agent. */
  readonly concurrency: number;
  /** @throws EntrainError `invalid-argument` where it breaks the schema. */
  readonly checkInput: (input: Json) => void;
  readonly checkResult: (result: Json) => void;
  readonly handler: TaskHandler;
  /** Whether a task that another agent hands over is taken; default: where a hand is free. */
  readonly accept?: (offer: HandoffOffer) => boolean;
}
