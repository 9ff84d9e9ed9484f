/**
 * The rhythm plane over gRPC: one stream per pair of processes, whatever number of agents they host. The process with
 * the lower id dials, the other serves; who dials and who serves makes no difference to what is said (phase-link.ts).
 *
 * A served stream needs no leave: membership reaches processes one after the other, so a stream of a process that
 * this one does not know yet is accepted if swarm and wire version fit. It is ended when its process leaves the peers.
 */
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { EntrainError, checkId, compareIds, createRandom, type Random } from "@entrain/kernel";
import type { Clock, EventSink, PhaseFrame, PhaseTransport, ReceivedFrame } from "@entrain/ports";
import { rhythmKeepalive, type Keepalive } from "./channel-options.ts";
import type { Security } from "./credentials.ts";
import { statusOfError } from "./error-status.ts";
import type { PhaseFrame as WireFrame } from "./gen/entrain/v1/PhaseFrame.ts";
import { createPhaseDialer, type PhaseDialer } from "./phase-dialer.ts";
import type { Peer } from "./peer-identity.ts";
import { PhaseLink, type LinkOptions } from "./phase-link.ts";
import { createStampedCodec, type StampedBytes, type StampedCodec } from "./stamped-codec.ts";

/** Streams that are served at most. */
const servedMax = 1_024;
/** How long a dialled-in peer may take to name itself, ms. */
const patienceMs = 2_000;

/** What a transport needs. */
export interface PhaseTransportOptions extends Security {
  readonly swarmId: string;
  readonly processId: string;
  readonly clock: Clock;
  readonly events: EventSink;
  /** Pings of dialled connections (default: every second, answered within 2 s). */
  readonly keepalive?: Keepalive;
  /** The stream of a peer that is still wanted broke. */
  readonly onPeerLost?: (processId: string) => void;
}

/** A stream that a server hands over. */
export type ServedExchange = ServerDuplexStream<StampedBytes, WireFrame>;

/** The transport, and the door for the streams that the process's server receives. */
export interface RpcPhaseTransport extends PhaseTransport {
  /** Takes over a stream that `peer` has dialled. */
  accept(stream: ServedExchange, peer: Peer): void;
  /** Ends every stream and dials no more; idempotent. */
  close(): Promise<void>;
}

/**
 * A transport without peers; it dials from `setPeers` on.
 * @throws EntrainError `invalid-argument` for ids outside the grammar.
 */
export function createPhaseTransport(options: PhaseTransportOptions): RpcPhaseTransport {
  return new GrpcPhaseTransport(options);
}

class GrpcPhaseTransport implements RpcPhaseTransport {
  readonly #options: PhaseTransportOptions;
  readonly #random: Random;
  readonly #codec: StampedCodec;
  readonly #linkOptions: Omit<LinkOptions, "wire" | "calledId" | "peer">;
  readonly #listeners: ((received: ReceivedFrame) => void)[] = [];
  readonly #dialers = new Map<string, PhaseDialer>();
  readonly #served = new Set<PhaseLink>();
  /** The one link of each peer that has named itself. */
  readonly #links = new Map<string, PhaseLink>();
  /** What waits for its turn: one frame a peer, the newest. */
  readonly #outbox = new Map<string, { readonly frame: PhaseFrame; readonly atNs: number }>();
  #sending: NodeJS.Immediate | undefined;
  #wanted: ReadonlySet<string> = new Set();
  #told = { connected: 0, wanted: 0 };
  #closed = false;

  constructor(options: PhaseTransportOptions) {
    checkId("swarmId", options.swarmId);
    checkId("processId", options.processId);
    this.#options = options;
    this.#random = createRandom(`${options.swarmId}/${options.processId}`);
    this.#codec = createStampedCodec(options.clock);
    this.#linkOptions = {
      swarmId: options.swarmId,
      processId: options.processId,
      clock: options.clock,
      events: options.events,
      onUp: (link) => this.#up(link),
      onFrame: (received) => this.#deliver(received),
    };
  }

  setPeers(peers: ReadonlyMap<string, { readonly address: string }>): void {
    if (this.#closed) return;
    const { processId } = this.#options;
    const before = this.#wanted;
    this.#wanted = new Set([...peers.keys()].filter((id) => id !== processId));
    for (const id of before) if (!this.#wanted.has(id)) this.#part(id);
    for (const [id, { address }] of peers) if (compareIds(processId, id) < 0) this.#dial(id, address);
    this.#tellPeers();
  }

  /**
   * One frame each turn of the event loop, for a socket is flushed at the end of a turn: of frames written in one turn the
   * first would always look as if it had taken longest, and its peer's clock as if it were behind. A frame that still waits
   * is left out where the newer one speaks for all of its agents, else it goes first.
   */
  send(processId: string, frame: PhaseFrame, atNs = this.#options.clock.monoNs()): void {
    const waiting = this.#outbox.get(processId);
    if (waiting !== undefined && !speaksForAll(frame, waiting.frame))
      this.#links.get(processId)?.send(waiting.frame, waiting.atNs);
    this.#outbox.set(processId, { frame, atNs });
    this.#sending ??= setImmediate(() => this.#sendNext());
  }

  onFrame(listener: (received: ReceivedFrame) => void): void {
    this.#listeners.push(listener);
  }

  connectedPeers(): readonly string[] {
    return [...this.#links.keys()].sort(compareIds);
  }

  accept(stream: ServedExchange, peer: Peer): void {
    // Without a listener an error on a stream would be thrown; the end of the stream is what counts.
    stream.on("error", () => undefined);
    const end = (error: EntrainError): void => {
      stream.emit("error", statusOfError(error));
    };
    if (this.#closed || this.#served.size >= servedMax) {
      end(
        this.#closed
          ? new EntrainError("unavailable", "this process is stopping")
          : new EntrainError("resource-exhausted", `this process serves ${servedMax} streams already`),
      );
      return;
    }
    const link = new PhaseLink({
      ...this.#linkOptions,
      peer,
      wire: { write: (frame) => stream.write(frame), waiting: () => stream.writableLength, end },
    });
    this.#served.add(link);
    const impatience = setTimeout(() => {
      const late = new EntrainError("deadline-exceeded", `no first frame within ${patienceMs} ms`);
      if (link.peerId === undefined) link.end(late);
    }, patienceMs).unref();
    stream.on("data", (frame: StampedBytes) => link.receive(frame));
    stream.on("end", () => {
      link.lost();
      stream.end();
    });
    stream.on("close", () => {
      clearTimeout(impatience);
      this.#served.delete(link);
      link.lost();
      this.#down(link);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#outbox.clear();
    this.#wanted = new Set();
    for (const link of this.#served) link.end(new EntrainError("unavailable", "this process is stopping"));
    await Promise.all([...this.#dialers.values()].map((dialer) => dialer.close()));
    this.#dialers.clear();
  }

  #sendNext(): void {
    this.#sending = undefined;
    const [next] = this.#outbox;
    if (next === undefined) return;
    const [processId, { frame, atNs }] = next;
    this.#outbox.delete(processId);
    this.#links.get(processId)?.send(frame, atNs);
    if (this.#outbox.size > 0) this.#sending = setImmediate(() => this.#sendNext());
  }

  #dial(peerId: string, address: string): void {
    const present = this.#dialers.get(peerId);
    if (present?.address === address) return;
    void present?.close();
    const { keepalive = rhythmKeepalive, tls, insecure } = this.#options;
    const dialer = createPhaseDialer({
      peerId,
      address,
      security: { tls, insecure },
      keepalive,
      codec: this.#codec,
      random: this.#random,
      link: this.#linkOptions,
      onDown: (link) => this.#down(link),
    });
    this.#dialers.set(peerId, dialer);
  }

  /** The process is no peer any more. */
  #part(peerId: string): void {
    void this.#dialers.get(peerId)?.close();
    this.#dialers.delete(peerId);
    const link = this.#links.get(peerId);
    this.#links.delete(peerId);
    link?.end(new EntrainError("cancelled", "the processes are no longer peers"));
  }

  /** Of two streams of one process the newer one counts: the older may not have noticed its end yet. */
  #up(link: PhaseLink): void {
    const { peerId } = link;
    if (peerId === undefined) return;
    const older = this.#links.get(peerId);
    this.#links.set(peerId, link);
    older?.end(new EntrainError("cancelled", "replaced by a newer stream of the same process"));
    this.#tellPeers();
  }

  #down(link: PhaseLink): void {
    const { peerId } = link;
    if (peerId === undefined || this.#links.get(peerId) !== link) return;
    this.#links.delete(peerId);
    this.#tellPeers();
    if (this.#wanted.has(peerId)) this.#options.onPeerLost?.(peerId);
  }

  #deliver(received: ReceivedFrame): void {
    for (const listener of this.#listeners) {
      try {
        listener(received);
      } catch (thrown) {
        const { message } = EntrainError.from(thrown);
        this.#options.events({ kind: "listener.failed", listener: "frame", message });
      }
    }
  }

  #tellPeers(): void {
    const connected = [...this.#wanted].filter((id) => this.#links.has(id)).length;
    const wanted = this.#wanted.size;
    if (connected === this.#told.connected && wanted === this.#told.wanted) return;
    this.#told = { connected, wanted };
    this.#options.events({ kind: "peers.changed", connected, wanted });
  }
}

function speaksForAll(newer: PhaseFrame, older: PhaseFrame): boolean {
  const spoken = new Set(newer.samples.map(({ agentId }) => agentId));
  return older.samples.every(({ agentId }) => spoken.has(agentId));
}
