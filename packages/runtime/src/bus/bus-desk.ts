/**
 * The bus of one process: publishes, subscribes, listens, and shows and replays dead letters. What is not kept is the part of
 * live-desk.ts.
 *
 * A publication is tried again, with full jitter, until it is taken in, refused for good, or its time is over: that is also how
 * a publisher waits for a group that lags too far. Of QoS 2 every try has one id, so it is taken in once; of QoS 1 a try whose
 * answer was lost may put the message there twice.
 */
import { checkObject, EntrainError, type Json } from "@entrain/kernel";
import {
  busGroup,
  checkPattern,
  fullJitterMs,
  publicationOf,
  type DeadLetter,
  type Publication,
} from "@entrain/core/bus";
import { checkTaskId, checkWhole } from "@entrain/core/task";
import type { BusFigures, MessageLinks } from "@entrain/ports";
import type { Bus, Published, PublishOptions, SubscribeOptions } from "./bus-contract.ts";
import { createGroupWorker, type GroupWorker, type Subscription } from "./group-worker.ts";
import {
  createLiveDesk,
  type MessageListener,
  type ListenOptions,
  type LiveDesk,
  type SendOptions,
  type Sent,
} from "./live-desk.ts";
import type { DeliverySurroundings, MessageHandler } from "./delivery.ts";
import { beginPublication } from "./message-trace.ts";

/** The same, with its life. */
export interface BusDesk extends Bus {
  /** @param links without them nothing is published or heard that is not kept */
  start(links?: MessageLinks): void;
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
  readonly #live: LiveDesk;
  #links: MessageLinks | undefined;
  readonly #workers = new Map<string, GroupWorker>();
  #phase: "idle" | "running" | "stopped" = "idle";

  constructor(options: BusDeskOptions) {
    this.#options = options;
    this.#live = createLiveDesk(options);
  }

  publish(topic: string, payload: Json, options: SendOptions): Promise<Sent>;
  publish(topic: string, payload: Json, options?: PublishOptions): Promise<Published>;
  async publish(topic: string, payload: Json, options: SendOptions | PublishOptions = {}): Promise<Sent | Published> {
    const { qos = 1 } = options;
    // The types say so; a caller without them may have said otherwise.
    if (![0, 1, 2].includes(qos)) throw EntrainError.invalid("qos", qos, "give 0, 1 or 2");
    return isLive(options) ? this.#live.send(topic, payload, options) : this.#keep(topic, payload, options);
  }

  async #keep(topic: string, payload: Json, options: PublishOptions): Promise<Published> {
    const { qos = 1, id, withinMs = 5_000, signal, headers, expiresMs } = options;
    checkWhole("withinMs", withinMs, 0, withinMost);
    const message = publicationOf({
      ...{ topic, qos, payload, messageId: id ?? this.#options.nextId() },
      ...(headers === undefined ? {} : { headers }),
      ...(expiresMs === undefined ? {} : { expiresMs }),
    });
    const span = beginPublication(this.#options.tracing, message, message.headers);
    const trace = span.carrier;
    try {
      const published = await span.run(() =>
        this.#publishWithin(trace === undefined ? message : { ...message, trace }, withinMs, signal),
      );
      span.end({ "entrain.message.outcome": published.groups === null ? "repeated" : "published" });
      return published;
    } catch (thrown) {
      const { code, message: cause } = EntrainError.from(thrown);
      span.end({ "error.type": code }, cause);
      throw thrown;
    }
  }

  async #publishWithin(message: Publication, withinMs: number, signal: AbortSignal | undefined): Promise<Published> {
    const { topic, qos } = message;
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
    checkObject("options", options, "give { group }");
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
      ...{ spec, group, pattern: spec.pattern, concurrency, timeoutMs: timeoutMs ?? null },
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

  listen<Payload>(pattern: string, listener: MessageListener<Payload>, options?: ListenOptions): () => void {
    return this.#live.listen(pattern, listener, options);
  }

  heard(): number {
    return this.#links?.heard() ?? 0;
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

  start(links?: MessageLinks): void {
    if (this.#phase !== "idle") return;
    this.#phase = "running";
    this.#links = links;
    if (links !== undefined) this.#live.start(links);
    for (const worker of this.#workers.values()) worker.start();
  }

  async stop(drainMs: number): Promise<void> {
    this.#phase = "stopped";
    this.#live.stop();
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

const isLive = (options: SendOptions | PublishOptions): options is SendOptions => options.qos === 0;

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
