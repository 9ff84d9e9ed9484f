/**
 * One connection to Redis, from its handshake to its end, and never a second one: who needs another opens another, so no
 * late reply of an old connection can be taken for one of the new.
 *
 * Every command has a deadline. When the connection ends, whatever waits on it fails at once.
 */
import { Redis } from "ioredis";
import { EntrainError } from "@entrain/kernel";
import type { Timers } from "@entrain/ports";
import { isCertificateDemanded } from "./certificate-demand.ts";
import type { Endpoint, Place } from "./endpoint.ts";
import {
  certificateMissing,
  commandFailure,
  connectionFailure,
  endsConnection,
  isUnknownScript,
  slotMovedTo,
  unavailable,
} from "./failures.ts";
import type { Script } from "./scripts.ts";

/** Commands that may be without an answer at once, on one connection. */
const underwayMax = 10_000;

/** A reply as the legacy mapping gives it. */
export type Reply = null | number | string | readonly Reply[];

/** An open connection. */
export interface Link {
  /** Of the server, for messages. */
  readonly address: string;
  /**
   * Sends one command.
   * @throws EntrainError `deadline-exceeded` after `timeoutMs` (the outcome is unknown), `store-unavailable`,
   *   `resource-exhausted`, or what the command was refused with.
   */
  send(command: string, args: readonly (string | number)[], timeoutMs: number): Promise<Reply>;
  /** Like `send` for EVALSHA, or EVALSHA_RO; undefined where the server lacks the script. */
  tryScript(
    script: Pick<Script, "sha" | "readOnly">,
    args: readonly (string | number)[],
    timeoutMs: number,
  ): Promise<Reply | undefined>;
  /**
   * Where in a Cluster the slot of `key` is: undefined where it is here. A server that names another one is done with.
   * @throws EntrainError as `send`.
   */
  locate(key: string, timeoutMs: number): Promise<Place | undefined>;
  /** Called with each message of the channels that this connection has subscribed to. */
  onMessage(listener: (channel: string, message: string) => void): void;
  /** Resolves, never rejects, with the reason for which the connection is over. */
  readonly ended: Promise<EntrainError>;
  /** Ends it at once, without waiting for the server. */
  end(cause: EntrainError): void;
}

/**
 * Connects and signs in.
 * @throws EntrainError `store-unavailable` or `invalid-config` in one sentence, or the signal's reason.
 */
export async function openLink(options: {
  readonly endpoint: Pick<Endpoint, "address" | "options">;
  readonly timers: Timers;
  readonly name: string;
  readonly openTimeoutMs: number;
  readonly signal: AbortSignal;
}): Promise<Link> {
  const { endpoint, timers, name, openTimeoutMs, signal } = options;
  if (signal.aborted) throw reasonOf(signal);
  const redis = new Redis({ ...endpoint.options, connectionName: name });
  const link = new RedisLink(redis, endpoint.address, timers);
  const abort = (): void => {
    link.end(reasonOf(signal));
  };
  signal.addEventListener("abort", abort, { once: true });
  const callOff = timers.after(openTimeoutMs, () => {
    link.end(connectionFailure(new Error(`no answer for ${openTimeoutMs} ms`), endpoint.address));
  });
  // Settles when the connection ends as well; `ended` then knows why.
  const connected = redis.connect().then(
    () => "connected" as const,
    () => "failed" as const,
  );
  try {
    const outcome = await Promise.race([connected, link.ended]);
    if (outcome === "connected") return link;
    const cause = outcome === "failed" ? await link.ended : outcome;
    const isDemanded = cause.retryable && (await isCertificateDemanded(endpoint.options, timers, signal));
    throw isDemanded ? certificateMissing(endpoint.address) : cause;
  } finally {
    callOff();
    signal.removeEventListener("abort", abort);
  }
}

/** The failure that the signal's owner gave it; without one the owner has closed the store. */
function reasonOf(signal: AbortSignal): EntrainError {
  return signal.reason instanceof EntrainError ? signal.reason : unavailable("the store was closed");
}

class RedisLink implements Link {
  readonly address: string;
  readonly ended: Promise<EntrainError>;
  readonly #redis: Redis;
  readonly #timers: Timers;
  readonly #waiting = new Set<(cause: EntrainError) => void>();
  #tellEnd: (cause: EntrainError) => void = () => undefined;
  #cause: EntrainError | undefined;
  #lastFault: unknown;
  #underway = 0;

  constructor(redis: Redis, address: string, timers: Timers) {
    this.#redis = redis;
    this.address = address;
    this.#timers = timers;
    this.ended = new Promise((resolve) => {
      this.#tellEnd = resolve;
    });
    redis.on("error", (fault: unknown) => {
      this.#lastFault ??= fault;
    });
    redis.once("end", () => {
      this.end(connectionFailure(this.#lastFault ?? new Error("the connection was cut"), address));
    });
  }

  async send(command: string, args: readonly (string | number)[], timeoutMs: number): Promise<Reply> {
    try {
      return await this.#send(command, args, timeoutMs);
    } catch (thrown) {
      throw commandFailure(thrown, this.address);
    }
  }

  async tryScript(
    { sha, readOnly }: Pick<Script, "sha" | "readOnly">,
    args: readonly (string | number)[],
    timeoutMs: number,
  ): Promise<Reply | undefined> {
    try {
      return await this.#send(readOnly ? "EVALSHA_RO" : "EVALSHA", [sha, ...args], timeoutMs);
    } catch (thrown) {
      if (isUnknownScript(thrown)) return undefined;
      throw commandFailure(thrown, this.address);
    }
  }

  async locate(key: string, timeoutMs: number): Promise<Place | undefined> {
    try {
      await this.#send("EXISTS", [key], timeoutMs);
      return undefined;
    } catch (thrown) {
      const place = slotMovedTo(thrown);
      if (place === undefined) throw commandFailure(thrown, this.address);
      // A node that does not know its own name leaves the host out: it is the one that was called.
      return place.host === "" ? { ...place, host: this.#redis.options.host ?? "" } : place;
    }
  }

  onMessage(listener: (channel: string, message: string) => void): void {
    this.#redis.on("message", listener);
  }

  end(cause: EntrainError): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    this.#redis.disconnect();
    for (const fail of [...this.#waiting]) fail(cause);
    this.#tellEnd(cause);
  }

  /** Rejects with what ioredis threw, or with an EntrainError of this connection. */
  #send(command: string, args: readonly (string | number)[], timeoutMs: number): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    if (this.#cause !== undefined) {
      reject(this.#cause);
      return promise;
    }
    if (this.#underway >= underwayMax) {
      reject(new EntrainError("resource-exhausted", `${underwayMax} commands to Redis have no answer yet: slow down`));
      return promise;
    }
    this.#underway += 1;
    this.#waiting.add(reject);
    const callOff = this.#deadline(timeoutMs, () => {
      reject(new EntrainError("deadline-exceeded", `Redis at ${this.address} did not answer within ${timeoutMs} ms`));
    });
    const settled = (): void => {
      this.#underway -= 1;
      this.#waiting.delete(reject);
      callOff();
    };
    this.#redis.call(command, [...args]).then(
      (reply) => {
        settled();
        resolve(reply as Reply);
      },
      (thrown: unknown) => {
        settled();
        if (endsConnection(thrown)) this.end(commandFailure(thrown, this.address));
        reject(thrown);
      },
    );
    return promise;
  }

  /** A process that was itself held up reads what has arrived before it judges: one more turn of the event loop. */
  #deadline(timeoutMs: number, late: () => void): () => void {
    let callOff = this.#timers.after(timeoutMs, () => {
      callOff = this.#timers.after(1, late);
    });
    return () => {
      callOff();
    };
  }
}
