/**
 * One try of one task in the hands of its holder: the handler is called, the lease is prolonged while it works, and its
 * outcome is told under the claim's token (P1).
 *
 * The lease's end is counted on the holder's own monotonic clock from the sending of the last request that was answered, less
 * a margin (as L4), so the handler's signal aborts before anybody else can begin the task anew.
 *
 * Order at the end: the signal aborts, renewals stop, and only then the outcome is told, again and again until it is
 * answered or the lease is over. An outcome that could not be told is not lost silently: another holder does the work again,
 * and its result counts.
 */
import { EntrainError, type Json, type Random } from "@entrain/kernel";
import { addAmounts, checkAmounts, type Amounts } from "@entrain/core/budget";
import { taskText, type HeldTask, type TaskCommand, type TaskOutcome } from "@entrain/core/task";
import {
  noTracing,
  type Clock,
  type EventSink,
  type Span,
  type TaskStore,
  type Timers,
  type Tracing,
} from "@entrain/ports";
import type { Capability } from "./capability.ts";
import { handOver, type HandoffRequest } from "./hand-over.ts";

/** What a run needs. */
export interface TaskSurroundings {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly events: EventSink;
  readonly agentId: string;
  /** Default: nothing is recorded. */
  readonly tracing?: Tracing;
}

/** A run that can be ended from outside. */
export interface TaskRun {
  /** Aborts the handler's signal; the task goes back to the others at once. */
  stop(): void;
  /** Resolves when the outcome was told, or cannot be. */
  readonly told: Promise<void>;
  /** Resolves when the handler itself is over, which may be later where it does not heed its signal. */
  readonly over: Promise<void>;
}

const marginShare = 0.1;
const renewShare = 1 / 3;
const retryMs = { first: 50, most: 1_000 };
/** Pause before the second try and the longest, ms, before jitter. */
const backOffMs = { first: 200, most: 30_000 };

type Ending =
  | { readonly kind: "done"; readonly result: Json }
  | { readonly kind: "failed"; readonly error: EntrainError; readonly again: boolean; readonly atOnce: boolean }
  /** Nothing is to be told: it is not ours any more. */
  | { readonly kind: "lost" | "handed"; readonly error: EntrainError };

/** Begins the work on a claimed task. @param sentMs when the claim was sent, monotonic */
export function runTask(around: TaskSurroundings, capability: Capability, held: HeldTask, sentMs: number): TaskRun {
  return new Run(around, capability, held, sentMs);
}

class Run implements TaskRun {
  readonly told: Promise<void>;
  readonly over: Promise<void>;
  readonly #around: TaskSurroundings;
  readonly #held: HeldTask;
  readonly #ending = new AbortController();
  readonly #startedMs: number;
  readonly #span: Span;
  #end: (ending: Ending) => void = () => undefined;
  #callOffEnd: (() => void) | undefined;
  #callOffRenewal: (() => void) | undefined;
  #callOffTimeout: (() => void) | undefined;
  #leaseEndMs = 0;
  /** While the handler hands the task over: what a renewal hears in the meantime is no loss. */
  #handing: Promise<string> | undefined;
  #progress: Json | undefined;
  /** By all tries, this one included; undefined where none consumed anything. */
  #consumed: Amounts | undefined;

  constructor(around: TaskSurroundings, capability: Capability, held: HeldTask, sentMs: number) {
    this.#around = around;
    this.#held = held;
    if (Object.keys(held.consumed).length > 0) this.#consumed = held.consumed;
    this.#startedMs = around.clock.monoMs();
    this.#span = beginSpan(around, held);
    const ended = new Promise<Ending>((resolve) => {
      this.#end = resolve;
    });
    this.#lasts(sentMs, held.leaseLeftMs);
    this.#renewLater(held.definition.leaseMs * renewShare);
    const { timeoutMs } = held.definition;
    if (timeoutMs !== null)
      this.#callOffTimeout = around.timers.after(timeoutMs, () => {
        const error = new EntrainError("deadline-exceeded", `it took longer than ${timeoutMs} ms`);
        this.#end({ kind: "failed", error, again: true, atOnce: false });
      });
    this.over = this.#span
      .run(() => this.#work(capability))
      .then((ending) => {
        this.#end(ending);
      });
    this.told = ended.then((ending) => this.#tell(ending));
  }

  stop(): void {
    const error = new EntrainError("cancelled", "its agent stopped");
    this.#end({ kind: "failed", error, again: true, atOnce: true });
  }

  async #work({ checkInput, checkResult, handler }: Capability): Promise<Ending> {
    const { definition, attempt, token, handedOver } = this.#held;
    try {
      checkInput(definition.input);
    } catch (thrown) {
      return { kind: "failed", error: EntrainError.from(thrown), again: false, atOnce: false };
    }
    try {
      const result = await handler(definition.input, {
        taskId: definition.taskId,
        attempt,
        token,
        handedOver,
        signal: this.#ending.signal,
        budget: definition.budget ?? null,
        handOff: (request) => this.#handOff(request),
        consume: (amounts) => {
          const total = addAmounts(this.#consumed ?? {}, checkAmounts("consumed", amounts, 0));
          this.#consumed = checkAmounts("consumed", total, 0);
        },
        progress: (value) => {
          taskText("progress", value);
          this.#progress = value;
        },
      });
      taskText("result", result);
      checkResult(result);
      return { kind: "done", result };
    } catch (thrown) {
      const error = EntrainError.from(thrown);
      // A plain error says nothing about the next try; one of ours does.
      const again = !(thrown instanceof EntrainError) || error.retryable || error.code === "internal";
      return { kind: "failed", error, again: again || isBrokenResult(error), atOnce: false };
    }
  }

  async #handOff(request: HandoffRequest): Promise<never> {
    const { taskId, capability } = this.#held.definition;
    const { agentId } = this.#around;
    const consumed = (): Amounts | undefined => this.#consumed;
    const task = { taskId, capability, token: this.#held.token, agentId, signal: this.#ending.signal, consumed };
    this.#handing = handOver(this.#around, task, request);
    const to = await this.#handing;
    const error = new EntrainError("cancelled", `${taskId} was handed to ${to}`);
    this.#end({ kind: "handed", error });
    throw error;
  }

  #lasts(fromMs: number, leaseMs: number): void {
    const { clock, timers } = this.#around;
    this.#callOffEnd?.();
    this.#leaseEndMs = fromMs + leaseMs * (1 - marginShare);
    this.#callOffEnd = timers.after(Math.max(0, this.#leaseEndMs - clock.monoMs()), () => {
      const error = new EntrainError("conflict", "its lease could not be prolonged in time");
      this.#end({ kind: "lost", error });
    });
  }

  #renewLater(delayMs: number): void {
    this.#callOffRenewal = this.#around.timers.after(delayMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const { store, clock } = this.#around;
    const { definition, token } = this.#held;
    const askedMs = clock.monoMs();
    const progress = this.#progress;
    const command = { kind: "renew", taskId: definition.taskId, token, ...this.#consuming() } as const;
    try {
      const outcome = await store.apply(progress === undefined ? command : { ...command, progress });
      if (this.#ending.signal.aborted) return;
      if (outcome.kind === "lost") {
        await this.#handing?.catch(() => undefined);
        const why = outcome.state === "cancelled" ? "it was cancelled" : `it is ${outcome.state}, under another token`;
        this.#end({ kind: "lost", error: new EntrainError("cancelled", why) });
        return;
      }
      this.#lasts(askedMs, definition.leaseMs);
      this.#renewLater(definition.leaseMs * renewShare);
    } catch {
      // The store is away for a moment, or for longer: the lease's own end decides.
      if (!this.#ending.signal.aborted) this.#renewLater(Math.min(retryMs.most, definition.leaseMs / 10));
    }
  }

  async #tell(ending: Ending): Promise<void> {
    this.#callOffRenewal?.();
    this.#callOffTimeout?.();
    const error = ending.kind === "done" ? new EntrainError("cancelled", "the task is done") : ending.error;
    this.#ending.abort(error);
    const isTold = ending.kind === "done" || ending.kind === "failed";
    const outcome = isTold ? await this.#send(this.#commandFor(ending)) : undefined;
    this.#callOffEnd?.();
    const { events, agentId, clock } = this.#around;
    const { definition, attempt } = this.#held;
    const said = ending.kind === "handed" ? "handed" : toldOutcome(outcome);
    const cause = ending.kind === "done" ? "" : ending.error.message;
    this.#span.end({ "entrain.task.outcome": said }, said === "done" || said === "handed" ? undefined : cause);
    events({
      kind: "task.ended",
      agentId,
      capability: definition.capability,
      taskId: definition.taskId,
      attempt,
      outcome: said,
      cause,
      tookMs: clock.monoMs() - this.#startedMs,
    });
  }

  #commandFor(ending: Extract<Ending, { readonly kind: "done" | "failed" }>): TaskCommand {
    const { definition, token, attempt } = this.#held;
    const { taskId } = definition;
    const told = { taskId, token, ...this.#consuming() };
    if (ending.kind === "done") return { kind: "complete", ...told, result: ending.result };
    const { error, again, atOnce } = ending;
    const mostMs = Math.min(backOffMs.most, backOffMs.first * 2 ** (attempt - 1));
    const delayMs = atOnce ? 0 : Math.ceil(mostMs * (0.5 + this.#around.random.next() / 2));
    return { kind: "fail", ...told, cause: error.message, again, delayMs };
  }

  #consuming(): { readonly consumed?: Amounts } {
    return this.#consumed === undefined ? {} : { consumed: this.#consumed };
  }

  /** Until it is answered, or the lease is over. */
  async #send(command: TaskCommand): Promise<TaskOutcome | undefined> {
    const { store, clock, timers } = this.#around;
    for (let pauseMs = retryMs.first; ; pauseMs = Math.min(retryMs.most, 2 * pauseMs)) {
      try {
        return await store.apply(command);
      } catch (thrown) {
        if (!EntrainError.from(thrown).retryable || clock.monoMs() + pauseMs > this.#leaseEndMs) return undefined;
        await new Promise<void>((resolve) => timers.after(pauseMs, resolve));
      }
    }
  }
}

/** Caused by whoever handed it over, or by what the task came from. */
function beginSpan({ tracing = noTracing, agentId }: TaskSurroundings, held: HeldTask): Span {
  const { definition, attempt, handedOver } = held;
  const { taskId, capability, trace } = definition;
  return tracing.begin(`task ${capability}`, {
    kind: "consumer",
    parent: handedOver?.trace ?? trace ?? null,
    attributes: { "entrain.task.id": taskId, "entrain.task.attempt": attempt, "entrain.agent.id": agentId },
  });
}

/** A result that breaks the schema may be better next time; a wrong input stays wrong. */
const isBrokenResult = ({ field }: EntrainError): boolean => field?.startsWith("result") === true;

function toldOutcome(outcome: TaskOutcome | undefined): "done" | "again" | "failed" | "lost" {
  switch (outcome?.kind) {
    case "done":
    case "repeated":
      return "done";
    case "waiting":
      return "again";
    case "failed":
      return "failed";
    default:
      return "lost";
  }
}
