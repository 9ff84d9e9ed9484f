/** The shared rates that a process holds, by name: everybody in it who names one takes from the same share. */
import { checkId, checkObject, EntrainError, type Random } from "@entrain/kernel";
import { checkRateWish } from "@entrain/core/rate";
import type { Clock, EventSink, RateStore, Timers } from "@entrain/ports";
import { RateHold, type SharedRate } from "./shared-rate.ts";

/** A rate, as a user says it. */
export interface RateWish {
  /**
   * Requests per second of the whole fleet, 0.001 to 1,000,000; where processes differ, the lowest counts. Where the policy of
   * the shared document names the rate, that counts instead.
   */
  readonly perSecond: number;
  /** How long an unused share is saved up, ms (default 100): the longest burst. */
  readonly burstMs?: number;
}

/** The rates of one process. */
export interface RateDesk {
  /** @throws EntrainError `invalid-argument` that names the field; `already-exists` for a name held with another wish */
  rate(name: string, wish: RateWish): SharedRate;
  /** Gives every share back. */
  stop(): Promise<void>;
}

/** What a desk needs. */
export interface RateDeskOptions {
  readonly store: RateStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly events: EventSink;
  /** Unique for each process and start. */
  readonly holderId: string;
}

function heldOtherwise(name: string, { limitMilli, burstMs }: { limitMilli: number; burstMs: number }): string {
  const figures = `perSecond ${limitMilli / 1_000} and burstMs ${burstMs}`;
  return `this process holds the rate ${name} with ${figures}: give it the same everywhere, or another name`;
}

/** A desk without rates. */
export function createRateDesk(options: RateDeskOptions): RateDesk {
  const held = new Map<string, { readonly limitMilli: number; readonly burstMs: number; readonly hold: RateHold }>();
  let stopped = false;
  return {
    rate(name, wish) {
      checkObject("wish", wish, "give { perSecond }");
      const { perSecond, burstMs = 100 } = wish;
      const limitMilli = checkRateWish(perSecond);
      if (!(Number.isFinite(burstMs) && burstMs >= 0 && burstMs <= 10_000))
        throw EntrainError.invalid("burstMs", burstMs, "give a number of ms from 0 to 10,000");
      if (stopped) throw new EntrainError("unavailable", "the agent has stopped: create another one");
      const known = held.get(checkId("rate", name));
      if (known !== undefined) {
        if (known.limitMilli === limitMilli && known.burstMs === burstMs) return known.hold;
        throw new EntrainError("already-exists", heldOtherwise(name, known), {
          field: "perSecond",
          value: perSecond,
          nearest: known.limitMilli / 1_000,
        });
      }
      const hold = new RateHold({ ...options, name, limitMilli, burstMs });
      held.set(name, { limitMilli, burstMs, hold });
      return hold;
    },
    async stop() {
      stopped = true;
      await Promise.all([...held.values()].map(({ hold }) => hold.stop()));
    },
  };
}
