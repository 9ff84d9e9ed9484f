/** What can be asked of the bus of one process. */
import type { Json } from "@entrain/kernel";
import type { BusGroup, DeadLetter, DurableQos } from "@entrain/core/bus";
import type { BusFigures } from "@entrain/ports";
import type { MessageHandler } from "./delivery.ts";
import type { Subscription } from "./group-worker.ts";
import type { ListenOptions, MessageListener, SendOptions, Sent } from "./live-desk.ts";

/** How a message is published. */
export interface PublishOptions {
  /** 1 (default): at least once; 2: taken in once under its id, within 2 minutes. */
  readonly qos?: DurableQos;
  /** Names the message (default: a new name). */
  readonly id?: string;
  /** Up to 20 texts that go with it; a `traceparent` says that it came from elsewhere. */
  readonly headers?: Readonly<Record<string, string>>;
  /** It is not handed out later than that after its publication, ms (default: never too late). */
  readonly expiresMs?: number;
  /** How long to try, where a group lags too far or the store does not answer or recovers, ms (default 5,000; 0: once). */
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
   * Gives a message to who listens now, and forgets it.
   * @throws EntrainError `invalid-argument` that names the field, `unavailable` while the agent does not run
   */
  publish(topic: string, payload: Json, options: SendOptions): Promise<Sent>;
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
  /**
   * Hears the messages of a pattern that are not kept (`qos: 0`), from any agent, until the result is called.
   * @throws EntrainError `invalid-argument` that names the field, `resource-exhausted` for one listener too many
   */
  listen<Payload = Json>(pattern: string, listener: MessageListener<Payload>, options?: ListenOptions): () => void;
  /** How many other processes this one hears at present. */
  heard(): number;
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
