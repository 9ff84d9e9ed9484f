/**
 * Messages that are not kept (quality of service 0): published to who listens now, in this process and in others, and handled
 * from a bounded queue. What does not fit is dropped and counted; nothing is tried again.
 */
import { EntrainError, type Json } from "@entrain/kernel";
import { checkPattern, matchesTopic, publicationOf } from "@entrain/core/bus";
import { checkWhole } from "@entrain/core/task";
import type { Clock, EventSink, LiveMessage, MessageLinks, Tracing } from "@entrain/ports";
import { beginHandling, beginPublication } from "./message-trace.ts";

/** How a message that is not kept is published. */
export interface SendOptions {
  readonly qos: 0;
  /** Names the message (default: a new name). */
  readonly id?: string;
  /** Up to 20 texts that go with it; a `traceparent` says that it came from elsewhere. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** To whom a message went that is not kept. */
export interface Sent {
  readonly messageId: string;
  /** Processes that it was given to, this one included; nobody says whether it arrived. */
  readonly processes: number;
  /** Processes that listen and do not take theirs in time: they do not get it. */
  readonly dropped: number;
}

/** What a listener is told beside the payload. */
export interface HeardContext {
  readonly messageId: string;
  readonly topic: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The agent that published it. */
  readonly from: string;
}

/** Handles a message that is not kept; what it throws is counted. */
export type MessageListener<Payload = Json> = (payload: Payload, context: HeardContext) => unknown;

/** How messages that are not kept are listened to. */
export interface ListenOptions {
  /** Messages at once (default 1: one after the other, as they came). */
  readonly concurrency?: number;
  /** Messages that may wait for the listener (default 1,000); the next ones are dropped. */
  readonly queueMax?: number;
}

/** Messages that are not kept. */
export interface LiveDesk {
  send(topic: string, payload: Json, options: SendOptions): Sent;
  listen<Payload = Json>(pattern: string, listener: MessageListener<Payload>, options?: ListenOptions): () => void;
  /** Publishes and hears from now on. */
  start(links: MessageLinks): void;
  /** Hears nothing more; what waits is dropped. */
  stop(): void;
}

/** What it needs. */
export interface LiveDeskOptions {
  readonly clock: Clock;
  readonly events: EventSink;
  readonly agentId: string;
  readonly nextId: () => string;
  readonly tracing?: Tracing;
}

const listenersMax = 100;
const concurrencyMax = 1_000;
const queueMost = 100_000;

/** Hears nobody before `start`. */
export function createLiveDesk(options: LiveDeskOptions): LiveDesk {
  const { events, agentId, nextId, clock, tracing } = options;
  const ears = new Set<Ear>();
  let links: MessageLinks | undefined;

  const tellPatterns = (): void => {
    links?.setPatterns([...ears].map(({ pattern }) => pattern));
  };
  function hear(message: LiveMessage): boolean {
    const hearing = [...ears].filter(({ pattern }) => matchesTopic(pattern, message.topic));
    for (const ear of hearing) ear.take(message);
    return hearing.length > 0;
  }

  return {
    send(topic, payload, { id, headers }) {
      if (links === undefined) throw new EntrainError("unavailable", "the agent does not run: start it first");
      const startedMs = clock.monoMs();
      const wish = { messageId: id ?? nextId(), topic, qos: 1, payload } as const;
      const checked = publicationOf(headers === undefined ? wish : { ...wish, headers });
      const span = beginPublication(tracing, { ...checked, qos: 0 }, checked.headers);
      const trace = span.carrier;
      const message: LiveMessage = { ...checked, agentId, ...(trace === undefined ? {} : { trace }) };
      const { given, dropped } = links.publish(message);
      const isHeardHere = hear(message);
      const { messageId } = message;
      if (dropped > 0) {
        const told = `${dropped} processes do not take their messages in time`;
        events({ kind: "message.dropped", cause: "not-drained", count: dropped, topic, message: told });
      }
      const tookMs = clock.monoMs() - startedMs;
      span.end({ "entrain.message.processes": given + (isHeardHere ? 1 : 0), "entrain.message.dropped": dropped });
      const known = { agentId, messageId, topic, qos: 0, attempts: 1, tookMs } as const;
      events({ kind: "message.published", ...known, outcome: "published" });
      return { messageId, processes: given + (isHeardHere ? 1 : 0), dropped };
    },
    listen<Payload>(pattern: string, listener: MessageListener<Payload>, listenOptions: ListenOptions = {}) {
      const { concurrency = 1, queueMax = 1_000 } = listenOptions;
      if (ears.size >= listenersMax)
        throw new EntrainError("resource-exhausted", `a process has at most ${listenersMax} listeners`);
      checkWhole("concurrency", concurrency, 1, concurrencyMax);
      checkWhole("queueMax", queueMax, 1, queueMost);
      const ear = new Ear(
        options,
        checkPattern("pattern", pattern),
        listener as MessageListener,
        concurrency,
        queueMax,
      );
      ears.add(ear);
      tellPatterns();
      return () => {
        if (!ears.delete(ear)) return;
        ear.close();
        tellPatterns();
      };
    },
    start(given) {
      links = given;
      links.onMessage(hear);
      tellPatterns();
    },
    stop() {
      links?.setPatterns([]);
      links = undefined;
      for (const ear of ears) ear.close();
    },
  };
}

/** One listener with its queue. */
class Ear {
  readonly pattern: string;
  readonly #options: LiveDeskOptions;
  readonly #listener: MessageListener;
  readonly #concurrency: number;
  readonly #queueMax: number;
  #queue: LiveMessage[] = [];
  #busy = 0;
  #closed = false;

  constructor(
    options: LiveDeskOptions,
    pattern: string,
    listener: MessageListener,
    concurrency: number,
    queueMax: number,
  ) {
    this.#options = options;
    this.pattern = pattern;
    this.#listener = listener;
    this.#concurrency = concurrency;
    this.#queueMax = queueMax;
  }

  take(message: LiveMessage): void {
    if (this.#closed) return;
    if (this.#busy < this.#concurrency) void this.#work(message);
    else if (this.#queue.length < this.#queueMax) this.#queue.push(message);
    else {
      const { topic } = message;
      const told = `${this.#queueMax} messages wait for the listener of ${this.pattern}`;
      this.#options.events({ kind: "message.dropped", cause: "queue-full", count: 1, topic, message: told });
    }
  }

  close(): void {
    this.#closed = true;
    this.#queue = [];
  }

  /** Works on it, and then on what waits. */
  async #work(first: LiveMessage): Promise<void> {
    this.#busy += 1;
    for (let next: LiveMessage | undefined = first; next !== undefined; next = this.#queue.shift())
      await this.#handle(next);
    this.#busy -= 1;
  }

  async #handle(message: LiveMessage): Promise<void> {
    const { messageId, topic, headers, payload, agentId: from } = message;
    const { events, agentId, clock, tracing } = this.#options;
    const span = beginHandling(tracing, { ...message, qos: 0 }, { agentId, pattern: this.pattern });
    const startedMs = clock.monoMs();
    let cause = "";
    try {
      await span.run(() => this.#listener(payload, { messageId, topic, headers, from }));
    } catch (thrown) {
      cause = EntrainError.from(thrown).message;
    }
    const tookMs = clock.monoMs() - startedMs;
    const outcome = cause === "" ? "handled" : "failed";
    span.end({ "entrain.message.outcome": outcome }, cause === "" ? undefined : cause);
    events({ kind: "message.heard", agentId, messageId, topic, outcome, cause, tookMs });
  }
}
