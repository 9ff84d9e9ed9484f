/**
 * Messages of quality of service 0 over gRPC: who listens dials every process that may publish and says which topics it wants,
 * so a message goes only where somebody hears it, and a process that publishes dials nobody.
 *
 * Bounded: listeners that are served, and messages that wait for a listener's socket; beyond that a message is dropped for
 * that listener and counted. A change of the patterns is a new stream; what is said before it has begun is not heard.
 */
import { Metadata, type ServerWritableStream } from "@grpc/grpc-js";
import { checkId, createRandom, EntrainError, type Random } from "@entrain/kernel";
import { matchesTopic } from "@entrain/core/bus";
import type { Clock, EventSink, LiveMessage, MessageLinks, Spread } from "@entrain/ports";
import { callMetadata } from "./call-metadata.ts";
import type { Security } from "./credentials.ts";
import { statusOfError } from "./error-status.ts";
import type { ListenRequest__Output } from "./gen/entrain/v1/ListenRequest.ts";
import type { LiveMessage as WireMessage } from "./gen/entrain/v1/LiveMessage.ts";
import { listenRequestFromWire, liveMessageToWire } from "./live-message-wire.ts";
import { createMessageDialer, type MessageDialer } from "./message-dialer.ts";

/** Listeners that are served, and processes that are heard, at most. */
const listenersMax = 1_024;
/** Messages that may wait for a listener's socket. */
const waitingMax = 256;

/** What links need. */
export interface MessageLinksOptions extends Security {
  readonly swarmId: string;
  readonly processId: string;
  readonly clock: Pick<Clock, "monoMs">;
  readonly events: EventSink;
}

/** A stream that a server hands over. */
export type ListenStream = ServerWritableStream<ListenRequest__Output, WireMessage>;

/** The links, and the door for listeners that the process's server receives. */
export interface RpcMessageLinks extends MessageLinks {
  /** Takes over a stream that has been let in. */
  accept(stream: ListenStream): void;
  /** Hears and tells nobody any more; idempotent. */
  close(): Promise<void>;
}

/**
 * Links without peers.
 * @throws EntrainError `invalid-argument` for ids outside the grammar.
 */
export function createMessageLinks(options: MessageLinksOptions): RpcMessageLinks {
  return new GrpcMessageLinks(options);
}

class GrpcMessageLinks implements RpcMessageLinks {
  readonly #options: MessageLinksOptions;
  readonly #random: Random;
  readonly #metadata: Metadata;
  readonly #served = new Map<ListenStream, readonly string[]>();
  readonly #dialers = new Map<string, MessageDialer>();
  #peers: ReadonlyMap<string, { readonly address: string }> = new Map();
  #patterns: readonly string[] = [];
  #listener: (message: LiveMessage) => void = () => undefined;
  #closed = false;

  constructor(options: MessageLinksOptions) {
    this.#options = options;
    this.#metadata = callMetadata(checkId("swarmId", options.swarmId));
    this.#random = createRandom(`messages of ${checkId("processId", options.processId)}`);
  }

  setPeers(peers: ReadonlyMap<string, { readonly address: string }>): void {
    const { processId } = this.#options;
    this.#peers = new Map([...peers].filter(([id]) => id !== processId).slice(0, listenersMax));
    this.#dial();
  }

  setPatterns(patterns: readonly string[]): void {
    this.#patterns = [...new Set(patterns)];
    const old = [...this.#dialers.values()];
    this.#dialers.clear();
    this.#dial();
    for (const dialer of old) void dialer.close();
  }

  heard(): number {
    return [...this.#dialers.values()].filter((dialer) => dialer.isUp()).length;
  }

  publish(message: LiveMessage): Spread {
    let [given, dropped] = [0, 0];
    let wire: WireMessage | undefined;
    for (const [stream, patterns] of this.#served) {
      if (!patterns.some((pattern) => matchesTopic(pattern, message.topic))) continue;
      if (stream.writableLength >= waitingMax) {
        dropped += 1;
        continue;
      }
      wire ??= liveMessageToWire(message);
      stream.write(wire);
      given += 1;
    }
    return { given, dropped };
  }

  onMessage(listener: (message: LiveMessage) => void): void {
    this.#listener = listener;
  }

  accept(stream: ListenStream): void {
    stream.on("error", () => undefined);
    try {
      const { patterns } = listenRequestFromWire(stream.request);
      if (this.#closed) throw new EntrainError("unavailable", "this process is stopping");
      if (this.#served.size >= listenersMax)
        throw new EntrainError("resource-exhausted", `this process tells ${listenersMax} listeners already`);
      this.#served.set(stream, patterns);
      stream.on("close", () => this.#served.delete(stream));
      // The headers say that it has begun, also where there is nothing to tell yet.
      stream.sendMetadata(new Metadata());
    } catch (thrown) {
      stream.emit("error", statusOfError(thrown));
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const dialers = [...this.#dialers.values()];
    this.#dialers.clear();
    for (const stream of this.#served.keys()) stream.end();
    await Promise.all(dialers.map((dialer) => dialer.close()));
  }

  #dial(): void {
    if (this.#closed) return;
    const wanted = this.#patterns.length === 0 ? new Map<string, { readonly address: string }>() : this.#peers;
    for (const [id, dialer] of this.#dialers)
      if (wanted.get(id)?.address !== dialer.address) {
        this.#dialers.delete(id);
        void dialer.close();
      }
    const { swarmId, processId, tls, insecure, clock, events } = this.#options;
    for (const [id, { address }] of wanted) {
      if (this.#dialers.has(id)) continue;
      const dialer = createMessageDialer({
        ...{ address, swarmId, processId, clock, events, security: { tls, insecure } },
        ...{ patterns: this.#patterns, metadata: this.#metadata, random: this.#random },
        onMessage: (message) => {
          if (this.#dialers.get(id) === dialer) this.#listener(message);
        },
      });
      this.#dialers.set(id, dialer);
    }
  }
}
