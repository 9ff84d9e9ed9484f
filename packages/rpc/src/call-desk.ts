/**
 * The front desk of a server: lets callers in, runs unary handlers with a deadline and a signal, turns what they throw
 * into a status, and knows what is under way, so that a server can drain.
 */
import type { Metadata, ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import type { PeerCertificate } from "node:tls";
import { EntrainError } from "@entrain/kernel";
import { checkCaller } from "./call-metadata.ts";
import { statusOfError } from "./error-status.ts";
import { checkRole } from "./method-roles.ts";
import { identityOf, peerOf, unidentifiedPeer, type Peer } from "./peer-identity.ts";

/** Calls that come without a deadline get this one, ms. */
const longestCallMs = 30_000;

/** A call, as far as the desk is concerned with it. */
interface Call {
  readonly metadata: Metadata;
  getPath(): string;
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
  readonly #swarmId: string;
  readonly #secure: boolean;
  readonly #streams = new Set<LastingStream>();
  #calls = 0;
  #draining = false;
  #waiters: { readonly isOver: () => boolean; readonly resolve: () => void }[] = [];

  /** @param secure true: callers have certificates, and who has none is refused */
  constructor(swarmId: string, secure: boolean) {
    this.#swarmId = swarmId;
    this.#secure = secure;
  }

  /** The gRPC handler of a unary call. */
  unary<Request, Response>(handle: Handle<Request, Response>) {
    return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
      const gone = new AbortController();
      this.#calls += 1;
      // Emitted when the call's HTTP/2 stream closes, also after its answer has left: until then it is under way.
      call.once("cancelled", () => {
        gone.abort(new EntrainError("cancelled", "the caller no longer waits"));
        this.#calls -= 1;
        this.#tell();
      });
      void this.#answer(call, handle, gone).then(
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

  /** Lets nobody in any more. */
  drain(): void {
    this.#draining = true;
  }

  /** Resolves when no unary call is under way: its answer has left. */
  idle(): Promise<void> {
    return this.#until(() => this.#calls === 0);
  }

  /** Ends every lasting stream; resolves when their callers have been told. */
  endStreams(reason: EntrainError): Promise<void> {
    for (const stream of this.#streams) end(stream, reason);
    return this.#until(() => this.#streams.size === 0);
  }

  async #answer<Request, Response>(
    call: ServerUnaryCall<Request, Response>,
    handle: Handle<Request, Response>,
    gone: AbortController,
  ): Promise<Response> {
    const late = new EntrainError("deadline-exceeded", `not answered within ${longestCallMs} ms`);
    const timer = setTimeout(() => gone.abort(late), longestCallMs);
    try {
      const caller = this.#letIn(call, false);
      return await Promise.race([handle(call.request, gone.signal, caller), rejection(gone.signal)]);
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

  #letIn(call: Call, anyone: boolean): Peer {
    if (this.#draining) throw new EntrainError("unavailable", "this process is stopping: call another one");
    if (!anyone) checkCaller(call.metadata, this.#swarmId);
    const peer = this.#peerOf(call);
    checkRole(peer, call.getPath());
    return peer;
  }

  #peerOf(call: Call): Peer {
    if (!this.#secure) return unidentifiedPeer;
    return peerOf(identityOf(call.getAuthContext().sslPeerCertificate ?? {}, this.#swarmId));
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
