/**
 * Keeps one stream to one peer: dials, holds, and dials again with growing pauses until it is closed. Each attempt has a
 * connection of its own, so that gRPC's own back-off never adds to ours.
 */
import { Client, Metadata, status as Status, type StatusObject } from "@grpc/grpc-js";
import { EntrainError, type Random } from "@entrain/kernel";
import { rhythmChannelOptions, type Keepalive } from "./channel-options.ts";
import { whenConnected } from "./connectivity.ts";
import { channelCredentials, type Security } from "./credentials.ts";
import { errorOfStatus } from "./error-status.ts";
import type { PhaseFrame as WireFrame } from "./gen/entrain/v1/PhaseFrame.ts";
import { keepDialling, type Ending } from "./keep-dialling.ts";
import { knock } from "./knock.ts";
import { targetOf } from "./listen-address.ts";
import type { Peer } from "./peer-identity.ts";
import { PhaseLink, type LinkOptions } from "./phase-link.ts";
import type { StampedBytes, StampedCodec } from "./stamped-codec.ts";

/** How long connecting may take, and then the peer's first frame, ms. */
const patienceMs = 1_000;

/** What a dialer needs. */
export interface DialerOptions {
  readonly peerId: string;
  readonly address: string;
  readonly security: Security;
  readonly keepalive: Keepalive;
  readonly codec: StampedCodec;
  readonly random: Random;
  /** The link's options, but for the stream underneath. */
  readonly link: Omit<LinkOptions, "wire" | "calledId" | "peer">;
  /** The stream is over. */
  readonly onDown: (link: PhaseLink) => void;
}

/** Keeps a stream until it is closed. */
export interface PhaseDialer {
  readonly address: string;
  /** Ends the stream and every attempt; resolves when nothing is left of them. */
  close(): Promise<void>;
}

/** Dials at once. */
export function createPhaseDialer(options: DialerOptions): PhaseDialer {
  const { peerId, random, link } = options;
  const closing = new AbortController();
  const { signal } = closing;
  let told = "";
  const ended = keepDialling({
    attempt: (first) => dialOnce(options, first, signal),
    onEnding({ reason: { code, message, retryable }, reported }) {
      // Who cannot be reached is seen in the count of peers; who refuses us must be told to people, once.
      if (retryable || code === "cancelled" || reported === true || message === told) return;
      told = message;
      link.events({ kind: "peer.refused", processId: peerId, message });
    },
    random,
    closing: signal,
  });
  return {
    address: options.address,
    close() {
      closing.abort();
      return ended;
    },
  };
}

/** One attempt, from connecting to the end of the stream. */
async function dialOnce(options: DialerOptions, first: boolean, closing: AbortSignal): Promise<Ending> {
  const { address, security, keepalive } = options;
  const target = targetOf(address);
  // The first attempt goes straight; after a failure the peer may be cut off or paused (knock.ts).
  if (!first) await knock(address, security, patienceMs, closing);
  let peer: Peer | EntrainError = new EntrainError("unavailable", `${address}: has not shown who it is`);
  const callee = { swarmId: options.link.swarmId, role: "agent" } as const;
  const credentials = channelCredentials(security, callee, (shown) => {
    peer = shown;
  });
  const client = new Client(target, credentials, rhythmChannelOptions(keepalive));
  const onAbort = (): void => client.close();
  closing.addEventListener("abort", onAbort);
  try {
    await whenConnected(client, address, patienceMs).catch((thrown: unknown) => {
      throw peer instanceof EntrainError && !peer.retryable ? peer : thrown;
    });
    if (peer instanceof EntrainError) throw peer;
    return await exchange(options, client, peer, closing);
  } finally {
    closing.removeEventListener("abort", onAbort);
    client.close();
  }
}

/** The stream itself, until its end. */
function exchange(options: DialerOptions, client: Client, peer: Peer, closing: AbortSignal): Promise<Ending> {
  const { codec, address } = options;
  const { clock, onUp } = options.link;
  const { path, serialize, stamp } = codec;
  const call = client.makeBidiStreamRequest<WireFrame, StampedBytes>(path, serialize, stamp, new Metadata(), {});
  let ownReason: EntrainError | undefined;
  let upMs: number | undefined;
  const link = new PhaseLink({
    ...options.link,
    calledId: options.peerId,
    peer,
    onUp(admitted) {
      upMs = clock.monoMs();
      onUp(admitted);
    },
    wire: {
      write: (frame) => call.write(frame),
      waiting: () => call.writableLength,
      end(error) {
        ownReason = error;
        call.cancel();
      },
    },
  });
  const late = setTimeout(() => {
    if (upMs === undefined) link.end(unavailable(address, `no first frame within ${patienceMs} ms`));
  }, patienceMs);
  const onAbort = (): void => link.end(new EntrainError("cancelled", `${address}: no longer wanted`));
  closing.addEventListener("abort", onAbort);
  return new Promise((resolve) => {
    call.on("data", (frame: StampedBytes) => link.receive(frame));
    // What went wrong comes once more with the status, which every stream ends with.
    call.on("error", () => undefined);
    call.on("status", (status: StatusObject) => {
      clearTimeout(late);
      closing.removeEventListener("abort", onAbort);
      link.lost();
      options.onDown(link);
      const ended = unavailable(address, "the peer ended the stream");
      const reason = ownReason ?? (status.code === Status.OK ? ended : errorOfStatus(status, address));
      const heldMs = upMs === undefined ? 0 : clock.monoMs() - upMs;
      resolve({ reason, heldMs, reported: ownReason !== undefined });
    });
    link.greet();
  });
}

function unavailable(address: string, reason: string): EntrainError {
  return new EntrainError("unavailable", `${address}: ${reason}`);
}
