/**
 * The front desk of a server: lets callers in, runs unary handlers with a deadline and a signal, turns what they throw
 * into a status, and knows what is under way, so that a server can drain.
 *
 * Order of checks on a call: this process is not stopping; the caller's swarm and wire; its certificate's identity; its
 * share of calls; its role. So who is not let in for its role has used up its share as well. Calls that ask whether this
 * process lives are let in while it is stopping as well: it lives until it has stopped.
 */
import type { Metadata, ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import type { PeerCertificate } from "node:tls";
import { EntrainError } from "@entrain/kernel";
import type { Clock, EventSink } from "@entrain/ports";
import { checkCaller } from "./call-metadata.ts";
import { traceAnswer } from "./call-tracing.ts";
import { statusOfError } from "./error-status.ts";
import { checkRole } from "./method-roles.ts";
import { identityOf, identityUri, peerOf, unidentifiedPeer, type Peer } from "./peer-identity.ts";
import { PeerQuota } from "./peer-quota.ts";
import { createRefusals, type Refusals } from "./refusals.ts";

/** Calls that come without a deadline get this one, ms. */
const longestCallMs = 30_000;
/** Calls of one peer in a second, where nothing else is said. */
const callsPerSecondDefault = 5_000;

/** Why a call was refused before it was read; the closed list of a metric's label. */
type RefusalReason = "rate" | "role" | "caller";

/** What a desk needs. */
export interface CallDeskOptions {
  readonly swarmId: string;
  /** True: callers have certificates, and who has none is refused. */
  readonly secure: boolean;
  readonly clock: Pick<Clock, "monoMs">;
  readonly events: EventSink;
  /** Calls of one peer in a second, streams that it opens among them (default 5,000). */
  readonly callsPerSecond?: number;
}

/** A call, as far as the desk is concerned with it. */
interface Call {
  readonly metadata: Metadata;
  getPath(): string;
  /** `host:port` that it comes from. */
  getPeer(): string;
  getAuthContext(): { readonly sslPeerCertificate?: PeerCertificate };
}

/** A stream that lasts, as far as the desk is concerned with it. */
export interface LastingStream extends Call {
  emit(event: "error", status: ReturnType<typeof statusOfError>): boolean;
  on(event: "close", listener: () => void): unknown;
}

/** Answers one request of `caller`; `signal` aborts when the caller no longer waits. */
export type Handle<Request, Response> = (request: Request, signal: AbortSignal, caller: Peer) => Promise<Response>;

/** One server's desk. */
export class CallDesk {
  readonly #options: CallDeskOptions;
  readonly #quota: PeerQuota;
  readonly #refused: Refusals<RefusalReason>;
  readonly #streams = new Set<LastingStream>();
  #calls = 0;
  #draining = false;
  #waiters: { readonly isOver: () => boolean; readonly resolve: () => void }[] = [];

  constructor(options: CallDeskOptions) {
    this.#options = options;
    this.#quota = new PeerQuota(options.callsPerSecond ?? callsPerSecondDefault);
    this.#refused = createRefusals((refusal) => options.events({ kind: "calls.refused", ...refusal }));
  }

  /** The gRPC handler of a unary call; `toTheEnd`: it is let in while this process is stopping as well. */
  unary<Request, Response>(handle: Handle<Request, Response>, { toTheEnd = false } = {}) {
    return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
      const gone = new AbortController();
      this.#calls += 1;
      // Emitted when the call's HTTP/2 stream closes, also after its answer has left: until then it is under way.
      call.once("cancelled", () => {
        gone.abort(new EntrainError("cancelled", "the caller no longer waits"));
        this.#calls -= 1;
        this.#tell();
      });
      void this.#answer(call, gone, { handle, toTheEnd }).then(
        (response) => callback(null, response),
        (thrown: unknown) => callback(statusOfError(thrown)),
      );
    };
  }

  /**
   * Lets a lasting stream in; answers who calls. Undefined: it was refused and is ended.
   * A stream of peers passes with `anyone`: it names itself in its first frame.
   */
  admit(stream: LastingStream, anyone = false): Peer | undefined {
    let peer: Peer;
    try {
      this.#checkRunning();
      peer = this.#letIn(stream, anyone);
    } catch (thrown) {
      end(stream, thrown);
      return undefined;
    }
    this.#streams.add(stream);
    stream.on("close", () => {
      this.#streams.delete(stream);
      this.#tell();
    });
    return peer;
  }

  /** Lets nobody in any more but those who ask whether this process lives. */
  drain(): void {
    this.#draining = true;
  }

  /** Resolves when no unary call is under way: its answer has left. */
  idle(): Promise<void> {
    return this.#until(() => this.#calls === 0);
  }

  /** Ends every lasting stream; resolves when their callers have been told. */
  endStreams(reason: EntrainError): Promise<void> {
    this.#refused.close();
    for (const stream of this.#streams) end(stream, reason);
    return this.#until(() => this.#streams.size === 0);
  }

  async #answer<Request, Response>(
    call: ServerUnaryCall<Request, Response>,
    gone: AbortController,
    { handle, toTheEnd }: { readonly handle: Handle<Request, Response>; readonly toTheEnd: boolean },
  ): Promise<Response> {
    const late = new EntrainError("deadline-exceeded", `not answered within ${longestCallMs} ms`);
    const timer = setTimeout(() => gone.abort(late), longestCallMs);
    try {
      if (!toTheEnd) this.#checkRunning();
      const caller = this.#letIn(call, false);
      const answering = traceAnswer(call.getPath(), call.metadata, () => handle(call.request, gone.signal, caller));
      return await Promise.race([answering, rejection(gone.signal)]);
    } finally {
      clearTimeout(timer);
    }
  }

  #until(isOver: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push({ isOver, resolve });
      this.#tell();
    });
  }

  #tell(): void {
    this.#waiters = this.#waiters.filter(({ isOver, resolve }) => {
      const over = isOver();
      if (over) resolve();
      return !over;
    });
  }

  #checkRunning(): void {
    if (this.#draining) throw new EntrainError("unavailable", "this process is stopping: call another one");
  }

  #letIn(call: Call, anyone: boolean): Peer {
    const { swarmId } = this.#options;
    if (!anyone) this.#checked("caller", () => checkCaller(call.metadata, swarmId));
    const { name, peer } = this.#checked("caller", () => this.#callerOf(call));
    this.#checked("rate", () => this.#checkRate(name));
    this.#checked("role", () => checkRole(peer, call.getPath()));
    return peer;
  }

  /** Does what `check` does; what it throws is counted. */
  #checked<Result>(reason: RefusalReason, check: () => Result): Result {
    try {
      return check();
    } catch (thrown) {
      this.#refused.add(reason, EntrainError.from(thrown).message);
      throw thrown;
    }
  }

  #checkRate(name: string): void {
    if (this.#quota.take(name, this.#options.clock.monoMs())) return;
    const remedy = "call less often";
    const sentence = `${name} calls this process more than ${this.#quota.perSecond} times a second`;
    throw new EntrainError("resource-exhausted", `${sentence}: ${remedy}`, { field: "calls", remedy });
  }

  /** Who calls, and the name that its calls are counted under: by certificate and host, without one by connection. */
  #callerOf(call: Call): { readonly name: string; readonly peer: Peer } {
    const { swarmId, secure } = this.#options;
    const address = call.getPeer();
    if (!secure) return { name: address, peer: unidentifiedPeer };
    const identity = identityOf(call.getAuthContext().sslPeerCertificate ?? {}, swarmId);
    return { name: `${identityUri(identity)} at ${address.replace(/:\d+$/, "")}`, peer: peerOf(identity) };
  }
}

function end(stream: LastingStream, reason: unknown): void {
  stream.emit("error", statusOfError(reason));
}

/** Rejects when the signal aborts, with its reason. */
function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(EntrainError.from(signal.reason)), { once: true });
  });
}
