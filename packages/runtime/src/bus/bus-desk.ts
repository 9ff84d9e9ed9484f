/**
 * The bus of one process: publishes, subscribes, and shows and replays dead letters.
 *
 * A publication is tried again, with full jitter, until it is taken in, refused for good, or its time is over: that is also how
 * a publisher waits for a group that lags too far. Of QoS 2 every try has one id, so it is taken in once; of QoS 1 a try whose
 * answer was lost may put the message there twice.
 */
import { EntrainError, type Json } from "@entrain/kernel";
import {
  busGroup,
  checkPattern,
  fullJitterMs,
  publicationOf,
  type BusGroup,
  type DeadLetter,
  type DurableQos,
  type Publication,
} from "@entrain/core/bus";
import { checkTaskId, checkWhole } from "@entrain/core/task";
import type { BusFigures } from "@entrain/ports";
import { createGroupWorker, type GroupWorker, type Subscription } from "./group-worker.ts";
import type { DeliverySurroundings, MessageHandler } from "./delivery.ts";

/** How a message is published. */
export interface PublishOptions {
  /** 1 (default): at least once; 2: taken in once under its id, within 2 minutes. */
  readonly qos?: DurableQos;
  /** Names the message (default: a new name). */
  readonly id?: string;
  /** Up to 20 texts that go with it, as `traceparent`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** It is not handed out later than that after its publication, ms (default: never too late). */
  readonly expiresMs?: number;
  /** How long to try, where a group lags too far or the store does not answer, ms (default 5,000; 0: once). */
  readonly withinMs?: number;
  readonly signal?: AbortSignal;
}

/** What became of a publication. */
export interface Published {
  readonly messageId: string;
  /** How many groups got it; null where it had been published before. */
  readonly groups: number | null;
}

/** How a group is subscribed to. */
export interface SubscribeOptions extends Partial<Omit<BusGroup, "pattern" | "group">> {
  /** The consumers under this name share the messages: each goes to one of them, and waits while there is none. */
  readonly group: string;
  /** Messages at once in this process (default 1). */
  readonly concurrency?: number;
  /** Of the handler per attempt, ms (default: no limit). */
  readonly timeoutMs?: number;
}

/** What can be asked of the bus. */
export interface Bus {
  /**
   * Resolves when the store has the message.
   * @throws EntrainError `invalid-argument` that names the field, `already-exists` where the id stands for another message,
   *   `resource-exhausted` where a group lagged too far all the time, `cancelled`, errors of the store
   */
  publish(topic: string, payload: Json, options?: PublishOptions): Promise<Published>;
  /**
   * Handles the messages of a pattern in a group; may be called before the start.
   * @throws EntrainError `invalid-argument` that names the field, `already-exists` where this process is in the group,
   *   `unavailable` after the stop
   */
  subscribe<Payload = Json>(pattern: string, handler: MessageHandler<Payload>, options: SubscribeOptions): Subscription;
  /** Newest first, 100 unless `limit` (1 to 1,000) says otherwise; `before`: only those older than this letter. */
  deadLetters(
    group: string,
    options?: { readonly limit?: number; readonly before?: string },
  ): Promise<readonly DeadLetter[]>;
  /** Hands a dead letter out again, as new. @throws EntrainError `not-found`, `resource-exhausted` where the group lags too far */
  replay(group: string, letter: string): Promise<void>;
  /** What handlers have written into fields of the group's record; null for those that are not there. */
  record(group: string, fields: readonly string[]): Promise<readonly Json[]>;
  figures(): Promise<BusFigures>;
  /** Removes a group with its messages, dead letters and record; answers how many messages it had. */
  removeGroup(group: string): Promise<number>;
}

/** The same, with its life. */
export interface BusDesk extends Bus {
  start(): void;
  /** Idempotent. */
  stop(drainMs: number): Promise<void>;
}

/** What it is made of. */
export interface BusDeskOptions extends DeliverySurroundings {
  /** A new name each time. */
  readonly nextId: () => string;
}

const subscriptionsMax = 100;
const concurrencyMax = 1_000;
const retryMs = { first: 10, most: 500 };
const withinMost = 600_000;
const recordFieldsMax = 100;
const letterPattern = /^\d{1,15}-\d{1,15}$/;

/** Nothing is taken before `start`. */
export function createBusDesk(options: BusDeskOptions): BusDesk {
  return new Desk(options);
}

class Desk implements BusDesk {
  readonly #options: BusDeskOptions;
  readonly #workers = new Map<string, GroupWorker>();
  #phase: "idle" | "running" | "stopped" = "idle";

  constructor(options: BusDeskOptions) {
    this.#options = options;
  }

  async publish(topic: string, payload: Json, options: PublishOptions = {}): Promise<Published> {
    const { qos = 1, id, withinMs = 5_000, signal, headers, expiresMs } = options;
    // The types say so; a caller without them may have said otherwise.
    if (![1, 2].includes(qos)) throw EntrainError.invalid("qos", qos, "give 1 or 2");
    checkWhole("withinMs", withinMs, 0, withinMost);
    const message = publicationOf({
      ...{ topic, qos, payload, messageId: id ?? this.#options.nextId() },
      ...(headers === undefined ? {} : { headers }),
      ...(expiresMs === undefined ? {} : { expiresMs }),
    });
    const { clock, events, agentId } = this.#options;
    const startedMs = clock.monoMs();
    let attempts = 0;
    const tell = (outcome: "published" | "repeated" | "refused" | "failed"): void => {
      const { messageId } = message;
      const tookMs = clock.monoMs() - startedMs;
      events({ kind: "message.published", agentId, messageId, topic, qos, outcome, attempts, tookMs });
    };
    for (;;) {
      attempts += 1;
      const answer = await this.#publishOnce(message);
      if (!(answer instanceof EntrainError)) {
        tell(answer.groups === null ? "repeated" : "published");
        return answer;
      }
      const pauseMs = fullJitterMs(attempts, this.#options.random, retryMs);
      const leftMs = startedMs + withinMs - clock.monoMs();
      if (!answer.retryable || leftMs <= pauseMs) {
        tell(answer.code === "resource-exhausted" ? "refused" : "failed");
        throw answer;
      }
      await this.#pause(pauseMs, signal);
    }
  }

  subscribe<Payload>(pattern: string, handler: MessageHandler<Payload>, options: SubscribeOptions): Subscription {
    const { concurrency = 1, timeoutMs, ...wish } = options;
    if (this.#phase === "stopped") throw new EntrainError("unavailable", "the agent has stopped: create another one");
    const spec = busGroup({ ...wish, pattern: checkPattern("pattern", pattern) });
    checkWhole("concurrency", concurrency, 1, concurrencyMax);
    if (timeoutMs !== undefined) checkWhole("timeoutMs", timeoutMs, 1, 86_400_000);
    const { group } = spec;
    if (this.#workers.has(group))
      throw new EntrainError("already-exists", `this process is in the group ${group}: choose another one`);
    if (this.#workers.size >= subscriptionsMax)
      throw new EntrainError("resource-exhausted", `a process has at most ${subscriptionsMax} subscriptions`);
    const worker: GroupWorker = createGroupWorker(this.#options, {
      ...{ spec, group, concurrency, timeoutMs: timeoutMs ?? null },
      consumer: `${this.#options.agentId}/${this.#options.nextId()}`,
      handler: (payload, context) => handler(payload as Payload, context),
      onStop: () => {
        if (this.#workers.get(group) === worker) this.#workers.delete(group);
      },
    });
    this.#workers.set(group, worker);
    if (this.#phase === "running") worker.start();
    return worker;
  }

  async deadLetters(
    group: string,
    { limit = 100, before }: { readonly limit?: number; readonly before?: string } = {},
  ): Promise<readonly DeadLetter[]> {
    checkWhole("limit", limit, 1, 1_000);
    return this.#options.store.deadLetters(group, limit, before === undefined ? null : checkLetter("before", before));
  }

  async replay(group: string, letter: string): Promise<void> {
    const answer = await this.#options.store.apply({ kind: "replay", group, letter: checkLetter("letter", letter) });
    if (answer.kind === "full") throw lagging(group);
    if (answer.kind !== "replayed")
      throw new EntrainError("not-found", `group ${group} has no dead letter ${letter}`, { field: "letter" });
  }

  record(group: string, fields: readonly string[]): Promise<readonly Json[]> {
    if (fields.length > recordFieldsMax)
      throw EntrainError.invalid("fields", `${fields.length} of them`, `ask for ${recordFieldsMax} at most`);
    for (const field of fields) checkTaskId("fields", field);
    return this.#options.store.record(group, fields);
  }

  figures(): Promise<BusFigures> {
    return this.#options.store.figures();
  }

  async removeGroup(group: string): Promise<number> {
    const answer = await this.#options.store.apply({ kind: "drop", group });
    if (answer.kind === "dropped") return answer.messages;
    throw new EntrainError("not-found", `there is no group ${group}`, { field: "group", value: group });
  }

  start(): void {
    if (this.#phase !== "idle") return;
    this.#phase = "running";
    for (const worker of this.#workers.values()) worker.start();
  }

  async stop(drainMs: number): Promise<void> {
    this.#phase = "stopped";
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop({ drainMs })));
  }

  /** What became of it, or why it did not. */
  async #publishOnce(message: Publication): Promise<Published | EntrainError> {
    const { messageId } = message;
    try {
      const answer = await this.#options.store.apply({ kind: "publish", message });
      switch (answer.kind) {
        case "published":
          return { messageId, groups: answer.groups };
        case "repeated":
          return { messageId, groups: null };
        case "reused":
          return new EntrainError("already-exists", `${messageId} stands for another message: choose another id`);
        case "full":
          return lagging(answer.group);
        default:
          return new EntrainError("internal", `a publication was answered ${answer.kind}`);
      }
    } catch (thrown) {
      return EntrainError.from(thrown);
    }
  }

  async #pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const wake = (): void => {
      resolve(undefined);
    };
    const callOff = this.#options.timers.after(ms, wake);
    signal?.addEventListener("abort", wake, { once: true });
    if (signal?.aborted === true) wake();
    await promise;
    callOff();
    signal?.removeEventListener("abort", wake);
    if (signal?.aborted === true)
      throw new EntrainError("cancelled", "the publisher gave up; the message may be published or not");
  }
}

function lagging(group: string | null): EntrainError {
  return group === null
    ? new EntrainError("resource-exhausted", "too many ids of QoS 2 are known: publish slower, or with QoS 1")
    : new EntrainError(
        "resource-exhausted",
        `group ${group} lags too far: add consumers, raise its lagMax, or remove it`,
      );
}

function checkLetter(field: string, letter: unknown): string {
  if (typeof letter === "string" && letterPattern.test(letter)) return letter;
  throw EntrainError.invalid(field, letter, "give the letter of a dead letter, as they are listed");
}
