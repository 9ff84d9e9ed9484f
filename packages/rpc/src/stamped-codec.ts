/**
 * The codec of the exchange of phases. Frames come off the wire as bytes with the instant of their arrival, taken before
 * anything else is done with them, so that decoding a large frame does not make the way look longer; decoding is left to
 * the link, which can then refuse garbage without losing the stream.
 */
import type { ServiceDefinition } from "@grpc/grpc-js";
import type { Clock } from "@entrain/ports";
import type { PhaseFrame as WireFrame, PhaseFrame__Output } from "./gen/entrain/v1/PhaseFrame.ts";
import { serviceDefinitions } from "./load-proto.ts";

/** A frame as it arrived. */
export interface StampedBytes {
  /** Own monotonic clock, ns. */
  readonly receivedNs: number;
  readonly bytes: Buffer;
}

/** How the exchange is called, and how its frames are written and taken in. */
export interface StampedCodec {
  readonly path: string;
  readonly serialize: (frame: WireFrame) => Buffer;
  readonly stamp: (bytes: Buffer) => StampedBytes;
}

/** The codec that stamps arrivals by `clock`. */
export function createStampedCodec(clock: Pick<Clock, "monoNs">): StampedCodec {
  const { Exchange } = serviceDefinitions().phase;
  return {
    path: Exchange.path,
    serialize: Exchange.requestSerialize,
    stamp: (bytes) => ({ receivedNs: clock.monoNs(), bytes }),
  };
}

/** @throws Error where the bytes are no frame. */
export function decodeFrame(bytes: Buffer): PhaseFrame__Output {
  return serviceDefinitions().phase.Exchange.requestDeserialize(bytes);
}

/** PhaseService as a server serves it with this codec. */
export function stampedService(codec: StampedCodec): ServiceDefinition {
  const { Exchange } = serviceDefinitions().phase;
  return { Exchange: { ...Exchange, requestDeserialize: codec.stamp, responseSerialize: codec.serialize } };
}
