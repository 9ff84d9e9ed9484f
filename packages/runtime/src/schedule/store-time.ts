/**
 * The store's clock as this process knows it: from answers that carry it, halfway between sending and receiving, and from
 * then on by the monotonic clock. So all processes of a swarm fire by one clock, whatever their own ones say, and a step of
 * a wall clock moves nothing.
 */
import type { Clock } from "@entrain/ports";

/** For how long the closest reading is preferred to a newer one, ms: clocks drift apart. */
const keptMs = 60_000;

/** One clock for all processes. */
export class StoreTime {
  readonly #clock: Clock;
  #reading: { readonly offsetMs: number; readonly roundTripMs: number; readonly atMs: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Unix ms; by this process's own wall clock until the store has answered for the first time. */
  nowMs(): number {
    return this.#reading === undefined ? this.#clock.unixMs() : this.#clock.monoMs() + this.#reading.offsetMs;
  }

  /** Asks the store something, and reads its clock on the way. */
  async ask<Answer extends { readonly storeMs: number }>(question: () => Promise<Answer>): Promise<Answer> {
    const sentMs = this.#clock.monoMs();
    const answer = await question();
    const atMs = this.#clock.monoMs();
    const roundTripMs = atMs - sentMs;
    const known = this.#reading;
    if (known === undefined || roundTripMs <= known.roundTripMs || atMs - known.atMs > keptMs)
      // The store tells whole milliseconds, rounded down.
      this.#reading = { offsetMs: answer.storeMs + 0.5 - (sentMs + roundTripMs / 2), roundTripMs, atMs };
    return answer;
  }
}
