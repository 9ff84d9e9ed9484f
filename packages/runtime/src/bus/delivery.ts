/**
 * One attempt at one message in the hands of its consumer: the handler is called, the lease is prolonged while it works, and
 * the outcome is told under the token under which the message was handed out (P1).
 *
 * The lease's end is counted on the consumer's own monotonic clock from the sending of the last request that was answered, less
 * a margin (as L4), so the handler's signal aborts before anybody else can get the message. Order at the end: the signal
 * aborts, renewals stop, and only then the outcome is told, again and again until it is answered or the lease is over.
 */
import { EntrainError, type Json, type Random } from "@entrain/kernel";
import {
  effectList,
  fullJitterMs,
  type BusCommand,
  type BusOutcome,
  type DurableQos,
  type Effect,
  type Effects,
  type HeldMessage,
} from "@entrain/core/bus";
import type { BusStore, Clock, EventSink, Span, StoreHealth, Timers, Tracing } from "@entrain/ports";
import type { TaskRun } from "../task/task-run.ts";
import { beginHandling } from "./message-trace.ts";

/** What a handler is told beside the payload. */
export interface MessageContext {
  readonly messageId: string;
  readonly topic: string;
  readonly qos: DurableQos;
  readonly headers: Readonly<Record<string, string>>;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Grows with each attempt at this message: give it to what you write to, so that an older attempt can be refused there. */
  readonly token: number;
  /** The same for each attempt: `<group>/<messageId>`. */
  readonly idempotencyKey: string;
  /** Unix ms of the store's clock. */
  readonly publishedAtMs: number;
  /** Aborts when the message is no longer this consumer's, takes too long, or the subscription stops. */
  readonly signal: AbortSignal;
}

/** Handles a message. What it returns changes the group's record in the step in which the message is acknowledged. */
export type MessageHandler<Payload = Json> = (
  payload: Payload,
  context: MessageContext,
) => HandlerResult | Promise<HandlerResult>;

// A handler that returns nothing is the usual one.
type HandlerResult = ReturnType<() => void> | Effects | undefined;

/** What a delivery needs. */
export interface DeliverySurroundings {
  readonly store: BusStore;
  /** Whether the store is there: a group that it has lost is to be there again before anything is published to it. */
  readonly health?: Pick<StoreHealth, "watch">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly events: EventSink;
  readonly agentId: string;
  readonly tracing?: Tracing;
}

/** Whose message it is, and how it is handled. */
export interface Consumer {
  readonly group: string;
  readonly pattern: string;
  /** Unique among the consumers of the group, over all time. */
  readonly consumer: string;
  readonly handler: MessageHandler;
  /** Per attempt, ms; null: no limit. */
  readonly timeoutMs: number | null;
}

const marginShare = 0.1;
const renewShare = 1 / 3;
const retryMs = { first: 50, most: 1_000 };
/** Bounds of the pause before another attempt, ms. */
const pauseMs = { first: 200, most: 30_000 };

type Ending =
  | { readonly kind: "handled"; readonly effects: readonly Effect[] }
  | { readonly kind: "failed"; readonly error: EntrainError; readonly again: boolean; readonly atOnce: boolean }
  | { readonly kind: "lost"; readonly error: EntrainError };

/** Begins the work on a message. @param sentMs when it was asked for, monotonic */
export function deliver(around: DeliverySurroundings, to: Consumer, held: HeldMessage, sentMs: number): TaskRun {
  return new Delivery(around, to, held, sentMs);
}

class Delivery implements TaskRun {
  readonly told: Promise<void>;
  readonly over: Promise<void>;
  readonly #around: DeliverySurroundings;
  readonly #to: Consumer;
  readonly #held: HeldMessage;
  readonly #ending = new AbortController();
  readonly #startedMs: number;
  readonly #span: Span;
  #end: (ending: Ending) => void = () => undefined;
  #callOffEnd: (() => void) | undefined;
  #callOffRenewal: (() => void) | undefined;
  #callOffTimeout: (() => void) | undefined;
  #leaseEndMs = 0;
  /** What was told may have been done, though the answer did not come. */
  #unsure = false;

  constructor(around: DeliverySurroundings, to: Consumer, held: HeldMessage, sentMs: number) {
    this.#around = around;
    this.#to = to;
    this.#held = held;
    this.#startedMs = around.clock.monoMs();
    const { agentId, tracing } = around;
    this.#span = beginHandling(tracing, held.message, { agentId, group: to.group, pattern: to.pattern });
    const ended = new Promise<Ending>((resolve) => {
      this.#end = resolve;
    });
    this.#lasts(sentMs);
    this.#renewLater(held.leaseMs * renewShare);
    const { timeoutMs } = to;
    if (timeoutMs !== null)
      this.#callOffTimeout = around.timers.after(timeoutMs, () => {
        const error = new EntrainError("deadline-exceeded", `it took longer than ${timeoutMs} ms`);
        this.#end({ kind: "failed", error, again: true, atOnce: false });
      });
    this.over = this.#work().then((ending) => {
      this.#end(ending);
    });
    this.told = ended.then((ending) => this.#tell(ending));
  }

  stop(): void {
    const error = new EntrainError("cancelled", "its consumer stopped");
    this.#end({ kind: "failed", error, again: true, atOnce: true });
  }

  async #work(): Promise<Ending> {
    const { message, token, attempt, publishedAtMs } = this.#held;
    const { messageId, topic, qos, headers, payload } = message;
    try {
      const known = { messageId, topic, qos, headers, token, attempt, publishedAtMs };
      const idempotencyKey = `${this.#to.group}/${messageId}`;
      const context = { ...known, idempotencyKey, signal: this.#ending.signal };
      const effects = await this.#span.run(() => this.#to.handler(payload, context));
      return { kind: "handled", effects: effectList(effects ?? {}) };
    } catch (thrown) {
      const error = EntrainError.from(thrown);
      // A plain error says nothing about the next attempt; one of ours does.
      const again = !(thrown instanceof EntrainError) || error.retryable || error.code === "internal";
      return { kind: "failed", error, again, atOnce: false };
    }
  }

  #lasts(fromMs: number): void {
    const { clock, timers } = this.#around;
    this.#callOffEnd?.();
    this.#leaseEndMs = fromMs + this.#held.leaseMs * (1 - marginShare);
    this.#callOffEnd = timers.after(Math.max(0, this.#leaseEndMs - clock.monoMs()), () => {
      this.#end({ kind: "lost", error: new EntrainError("conflict", "its lease could not be prolonged in time") });
    });
  }

  #renewLater(delayMs: number): void {
    this.#callOffRenewal = this.#around.timers.after(delayMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const { store, clock } = this.#around;
    const { leaseMs } = this.#held;
    const askedMs = clock.monoMs();
    try {
      const { kind } = await store.apply({ kind: "renew", ...this.#holding() });
      if (this.#ending.signal.aborted) return;
      if (kind === "lost") {
        this.#end({ kind: "lost", error: new EntrainError("cancelled", "another consumer has it") });
        return;
      }
      this.#lasts(askedMs);
      this.#renewLater(leaseMs * renewShare);
    } catch {
      // The store is away for a moment, or for longer: the lease's own end decides.
      if (!this.#ending.signal.aborted) this.#renewLater(Math.min(retryMs.most, leaseMs / 10));
    }
  }

  async #tell(ending: Ending): Promise<void> {
    this.#callOffRenewal?.();
    this.#callOffTimeout?.();
    let cause = ending.kind === "handled" ? "" : ending.error.message;
    this.#ending.abort(ending.kind === "handled" ? new EntrainError("cancelled", "it is handled") : ending.error);
    let outcome = ending.kind === "lost" ? undefined : await this.#send(this.#commandFor(ending));
    if (outcome?.kind === "unfit") {
      cause = `the group's record takes no such change of ${outcome.field}`;
      outcome = await this.#send({ kind: "fail", ...this.#holding(), cause, again: false, delayMs: 0 });
    }
    this.#callOffEnd?.();
    const { events, agentId, clock } = this.#around;
    const { message, attempt } = this.#held;
    const { messageId, topic, qos } = message;
    const ended = endedAs(outcome);
    if (ended === "lost" && cause === "") cause = this.#lateCause();
    this.#span.end(
      { "entrain.message.attempt": attempt, "entrain.message.outcome": ended },
      cause === "" ? undefined : cause,
    );
    events({
      ...{ kind: "message.ended", agentId, group: this.#to.group, messageId, topic, qos, attempt },
      outcome: ended,
      cause,
      tookMs: clock.monoMs() - this.#startedMs,
    });
  }

  #lateCause(): string {
    return this.#unsure
      ? "the answer to the acknowledgement was lost, so it may count or not"
      : "the acknowledgement came too late";
  }

  #holding() {
    const { group, consumer } = this.#to;
    const { entry, token } = this.#held;
    return { group, consumer, entry, token };
  }

  #commandFor(ending: Exclude<Ending, { readonly kind: "lost" }>): BusCommand {
    if (ending.kind === "handled") return { kind: "acknowledge", ...this.#holding(), effects: ending.effects };
    const { error, again, atOnce } = ending;
    const delayMs = atOnce ? 0 : fullJitterMs(this.#held.attempt, this.#around.random, pauseMs);
    return { kind: "fail", ...this.#holding(), cause: error.message, again, delayMs };
  }

  /** Until it is answered, or the lease is over. */
  async #send(command: BusCommand): Promise<BusOutcome | undefined> {
    const { store, clock, timers, random } = this.#around;
    for (let attempt = 1; ; attempt++) {
      try {
        return await store.apply(command);
      } catch (thrown) {
        this.#unsure = true;
        const laterMs = retryMs.first + fullJitterMs(attempt, random, retryMs);
        if (!EntrainError.from(thrown).retryable || clock.monoMs() + laterMs > this.#leaseEndMs) return undefined;
        await new Promise<void>((resolve) => timers.after(laterMs, resolve));
      }
    }
  }
}

function endedAs(outcome: BusOutcome | undefined): "acknowledged" | "again" | "dead" | "lost" {
  switch (outcome?.kind) {
    case "acknowledged":
    case "dead":
      return outcome.kind;
    case "waiting":
      return "again";
    default:
      return "lost";
  }
}
