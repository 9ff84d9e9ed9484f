/**
 * Four timestamps per exchange over one stream (RFC 5905 §8): every message says when it was sent, and echoes the last
 * message received with the instant of its arrival. Both ends so place the other's clock. One per stream: a process that
 * starts again has another clock under the same name.
 */
import { EntrainError } from "@entrain/kernel";
import { createClockFilter } from "@entrain/core/rhythm";
import type { Clock } from "@entrain/ports";
import type { Timestamps, Timestamps__Output } from "./gen/entrain/v1/Timestamps.ts";
import { count, present } from "./wire-fields.ts";

/** A message that names an instant farther than this from its arrival is of no use, ns. */
const plausibleNs = 10e9;

/** One stream's knowledge of the peer's clock. */
export interface ClockExchange {
  /** The timestamps of a message that is sent now. */
  stamp(): Timestamps;
  /**
   * Takes in the timestamps of a message that arrived at `receivedNs` of the own clock.
   * @throws EntrainError `invalid-argument` that names the field.
   */
  receive(timestamps: Timestamps__Output | null, receivedNs: number): void;
  /** The peer's clock minus the own, ns; undefined before the first echo. */
  offsetNs(): number | undefined;
}

/** An exchange about which nothing is known yet. */
export function createClockExchange(clock: Pick<Clock, "monoNs">): ClockExchange {
  const filter = createClockFilter();
  let last: { readonly sentNs: number; readonly receivedNs: number } | undefined;
  return {
    stamp: () => ({
      sentNs: Math.round(clock.monoNs()),
      echoSentNs: last?.sentNs ?? 0,
      echoReceivedNs: Math.round(last?.receivedNs ?? 0),
    }),
    receive(timestamps, receivedNs) {
      const given = present("timestamps", timestamps);
      const sentNs = count("timestamps.sent_ns", given.sentNs);
      const t1 = count("timestamps.echo_sent_ns", given.echoSentNs);
      const t2 = count("timestamps.echo_received_ns", given.echoReceivedNs);
      if (t1 > 0) filter.add({ t1, t2, t3: sentNs, t4: receivedNs });
      last = { sentNs, receivedNs };
    },
    offsetNs: () => filter.offsetNs(),
  };
}

/**
 * An instant of the peer's clock on the own, ns.
 * @throws EntrainError `invalid-argument` where it lies implausibly far from `receivedNs`.
 */
export function localInstant(field: string, peerNs: number, offsetNs: number, receivedNs: number): number {
  const localNs = peerNs - offsetNs;
  if (Math.abs(localNs - receivedNs) <= plausibleNs) return localNs;
  const farS = Math.round((localNs - receivedNs) / 1e9);
  throw EntrainError.invalid(field, peerNs, `it is ${farS} s off the frame's arrival: send what is true now`);
}
