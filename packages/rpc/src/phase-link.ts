/**
 * One stream between two processes, seen from one of them, whoever dialled it.
 *
 * Order of effects on a frame that arrives: stamped (stamped-codec.ts), decoded and checked, its timestamps taken in,
 * its phases handed on, and, while the stream is young, answered at once unless handing it on has sent something. So
 * both sides know each other's clock after one round trip, and know it well before the first phases are of use: the
 * first exchanges of a connection are slow, and the fastest one counts.
 *
 * What is bounded: frames that wait for the socket (then a frame is dropped, the next one is newer), frames in a second
 * (beyond that they are refused unread), and frames that were refused in a row (then the stream ends).
 */
import { takeFromBucket, type Bucket } from "@entrain/core/rate";
import { EntrainError, checkId, compareIds } from "@entrain/kernel";
import type { Clock, EventSink, PhaseFrame, ReceivedFrame } from "@entrain/ports";
import { createClockExchange, localInstant, type ClockExchange } from "./clock-exchange.ts";
import type { PhaseFrame as WireFrame, PhaseFrame__Output } from "./gen/entrain/v1/PhaseFrame.ts";
import { checkSpeaker, type Peer } from "./peer-identity.ts";
import { fullBucket } from "./peer-quota.ts";
import { frameFromWire, frameToWire } from "./phase-wire.ts";
import { decodeFrame, type StampedBytes } from "./stamped-codec.ts";
import { count } from "./wire-fields.ts";
import { checkWireVersion, wireVersion } from "./wire-version.ts";

/** Frames that may wait for the socket. */
const waitingMax = 4;
/** So many of a stream's first frames are answered at once. */
const promptAnswers = 6;
/** Frames of a stream that are read in a second: forty times what a beat of 20 ms needs. */
const framesPerSecond = 2_000;
/** So many frames refused in a row end the stream. */
const refusedInARowMax = 8;

/** The stream underneath. */
export interface LinkWire {
  write(frame: WireFrame): void;
  /** Frames that wait for the socket. */
  waiting(): number;
  /** Ends the stream; the peer is told why where it can be. */
  end(reason: EntrainError): void;
}

/** What a link needs. */
export interface LinkOptions {
  readonly wire: LinkWire;
  readonly swarmId: string;
  readonly processId: string;
  readonly clock: Clock;
  readonly events: EventSink;
  /** Whom this side has dialled; undefined on the side that serves. */
  readonly calledId?: string;
  /** The peer has named itself and is accepted: `link.peerId` is known from now on. */
  readonly onUp: (link: PhaseLink) => void;
  readonly onFrame: (received: ReceivedFrame) => void;
  /** Who is at the other end, by its certificate. */
  readonly peer: Peer;
}

/** One stream's protocol. */
export class PhaseLink {
  readonly #options: LinkOptions;
  readonly #exchange: ClockExchange;
  #peerId: string | undefined;
  #greeted = false;
  #over = false;
  #sent = 0;
  #received = 0;
  #refusedInARow = 0;
  #quota: Bucket;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#quota = fullBucket(framesPerSecond, options.clock.monoMs());
    this.#exchange = createClockExchange(options.clock);
  }

  /** The peer's process id; undefined until it has named itself. */
  get peerId(): string | undefined {
    return this.#peerId;
  }

  /** Names this process to the peer: the dialling side's first frame. */
  greet(): void {
    this.#write({});
  }

  /** Sends now or not at all, what was true at `atNs` of the own clock (default: the sending). */
  send(frame: PhaseFrame, atNs = 0): void {
    if (this.#over || this.#peerId === undefined) return;
    const sent = this.#write({ ...frameToWire(frame), atNs: Math.round(atNs) });
    this.#options.events({
      kind: "rhythm.frame",
      direction: sent ? "sent" : "dropped",
      phases: frame.samples.length,
    });
  }

  /** A frame arrived. */
  receive({ bytes, receivedNs }: StampedBytes): void {
    if (this.#over) return;
    try {
      this.#checkRate();
      this.#take(decodeFrame(bytes), receivedNs);
      this.#refusedInARow = 0;
    } catch (thrown) {
      this.#refuse(EntrainError.from(thrown, "invalid-argument"));
    }
  }

  /** Ends the stream for a reason. */
  end(reason: EntrainError): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.wire.end(reason);
  }

  /** The stream underneath is over: nothing is sent or taken in any more. */
  lost(): void {
    this.#over = true;
  }

  #checkRate(): void {
    const left = takeFromBucket(this.#quota, 1, this.#options.clock.monoMs());
    if (left === undefined)
      throw new EntrainError("resource-exhausted", `the peer sends more than ${framesPerSecond} frames a second`);
    this.#quota = left;
  }

  #take(frame: PhaseFrame__Output, receivedNs: number): void {
    if (this.#peerId === undefined) this.#admit(frame);
    this.#exchange.receive(frame.timestamps, receivedNs);
    this.#received += 1;
    const sentBefore = this.#sent;
    if (frame.goal !== null) this.#handOn(frame, receivedNs);
    if (this.#received <= promptAnswers && this.#sent === sentBefore) this.#write({});
  }

  #admit(frame: PhaseFrame__Output): void {
    checkWireVersion(frame.wireVersion);
    const { swarmId } = this.#options;
    if (frame.swarmId !== swarmId) {
      const remedy = "check both processes' swarm and addresses";
      const sentence = `swarm_id is ${JSON.stringify(frame.swarmId.slice(0, 64))}, this process belongs to "${swarmId}"`;
      throw new EntrainError("invalid-config", `${sentence}: ${remedy}`, { field: "swarm_id", remedy });
    }
    const peerId = checkId("process_id", frame.processId);
    this.#checkPeer(peerId);
    this.#peerId = peerId;
    this.#options.onUp(this);
  }

  /** Refuses a process that is not the one called, or that should have waited to be called. */
  #checkPeer(peerId: string): void {
    const { processId, calledId } = this.#options;
    if (calledId === undefined ? compareIds(peerId, processId) < 0 : peerId === calledId) return;
    const sentence =
      calledId === undefined
        ? `process_id is "${peerId}", but "${processId}" is not higher: the lower process id dials, and ids are unique`
        : `process_id is "${peerId}", but "${calledId}" was called: its address is out of date`;
    throw new EntrainError("invalid-config", sentence, { field: "process_id", value: peerId });
  }

  #handOn(frame: PhaseFrame__Output, receivedNs: number): void {
    const { onFrame, events, peer } = this.#options;
    const checked = frameFromWire(frame);
    for (const { agentId } of checked.samples) checkSpeaker(peer, "phases.agent_id", agentId);
    const offsetNs = this.#exchange.offsetNs();
    if (offsetNs === undefined || this.#peerId === undefined) return;
    const [field, peerNs] =
      frame.atNs === 0 ? ["timestamps.sent_ns", frame.timestamps?.sentNs ?? 0] : ["at_ns", count("at_ns", frame.atNs)];
    const atNs = localInstant(field, peerNs, offsetNs, receivedNs);
    events({ kind: "rhythm.frame", direction: "received", phases: checked.samples.length });
    onFrame({ processId: this.#peerId, frame: checked, atNs });
  }

  #write(content: Pick<WireFrame, "goal" | "highestTerm" | "phases" | "atNs">): boolean {
    const { wire, swarmId, processId } = this.#options;
    if (this.#over || wire.waiting() >= waitingMax) return false;
    const identity = this.#greeted ? {} : { wireVersion, swarmId, processId };
    this.#greeted = true;
    this.#sent += 1;
    wire.write({ ...identity, timestamps: this.#exchange.stamp(), ...content });
    return true;
  }

  /** A stream that begins badly, or speaks for others, ends at once; later a bad frame is only counted, unless they follow each other. */
  #refuse(error: EntrainError): void {
    const { events, calledId } = this.#options;
    events({ kind: "rhythm.frame", direction: "refused", phases: 0 });
    this.#refusedInARow += 1;
    if (this.#refusedInARow === 1)
      events({ kind: "peer.refused", processId: this.#peerId ?? calledId ?? "", message: error.message });
    const forged = error.code === "permission-denied";
    if (forged || this.#peerId === undefined || this.#refusedInARow >= refusedInARowMax) this.end(error);
  }
}
