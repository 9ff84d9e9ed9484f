/**
 * Who may use how much of a shared rate: leases of capacity, recomputed whenever a holder refreshes its own, as in Google's
 * Doorman. The share aimed at is the max-min fair one: nobody gets more than it wants, and who wants more than the fair
 * level gets the level.
 *
 * Invariant (B1 over time): the sum of all live `reservedMilli` is at most the limit, and each holder uses at most what is
 * reserved for it. A share that shrinks stays reserved at its old size until its holder has refreshed again and so shown
 * that it knows; only then may another have the difference. An answer that is lost therefore oversubscribes nothing.
 *
 * Rates are whole thousandths of a request per second ("milli"), so that sums are exact in Lua and here alike.
 */
import { EntrainError } from "@entrain/kernel";

/** Timings of every holder. One lease for all: it is also how long nothing new is granted after lost writes (S1). */
export const rateTimings = {
  /** How long a share is good for without a refresh, ms. */
  leaseMs: 5_000,
  /** Pause between refreshes of a settled share, ms. */
  refreshMs: 1_000,
  /** Pause while a share still moves, ms. */
  settlingMs: 250,
} as const;

/** Bounds. */
export const rateLimits = { perSecond: { least: 0.001, most: 1_000_000 }, holders: 1_000 } as const;

/** What is held for one holder. */
export interface RateShare {
  readonly reservedMilli: number;
  readonly wantsMilli: number;
  /** The limit that this holder knows; where holders differ, the lowest counts. */
  readonly limitMilli: number;
  readonly untilMs: number;
  /** Of the latest request taken in: an older one that arrives late changes nothing. */
  readonly sequence: number;
}

/** The shares of one rate by holder. */
export type RateTable = ReadonlyMap<string, RateShare>;

/** A holder's refresh. */
export interface RateRequest {
  readonly holderId: string;
  /** +1 for each request of the holder, beginning with 1. */
  readonly sequence: number;
  /** What it uses at the moment of sending; 0: nothing. */
  readonly hasMilli: number;
  readonly wantsMilli: number;
  readonly limitMilli: number;
}

/** What it may use from now on, until `leaseMs` after it sent the request. */
export interface RateAnswer {
  readonly grantedMilli: number;
  /** Nothing is left to be given back to it or by it. */
  readonly settled: boolean;
  /** The store's clock when it answered, Unix ms. */
  readonly storeMs: number;
  /** Writes may have been lost: shares are kept as they are, and nothing new is granted (S1). */
  readonly recovering: boolean;
  /** The limit of the whole fleet by which it was judged: the lowest that a live holder knows. */
  readonly limitMilli: number;
}

/**
 * Checks what a user says of a rate; answers the limit in thousandths.
 * @throws EntrainError `invalid-argument` that names the field.
 */
export function checkRateWish(perSecond: number): number {
  const { least, most } = rateLimits.perSecond;
  if (Number.isFinite(perSecond) && perSecond >= least && perSecond <= most) return Math.floor(perSecond * 1_000);
  throw EntrainError.invalid("perSecond", perSecond, `give a number from ${least} to ${most}`);
}

/**
 * Takes a refresh in.
 * @throws EntrainError `conflict` for a request that a later one has overtaken, `resource-exhausted` beyond 1,000 holders.
 */
export function refreshShare(
  table: RateTable,
  request: RateRequest,
  storeMs: number,
  recovering: boolean,
): { readonly table: RateTable; readonly answer: RateAnswer } {
  const live = new Map([...table].filter(([, share]) => share.untilMs > storeMs));
  const known = live.get(request.holderId);
  if (known !== undefined && request.sequence <= known.sequence)
    throw new EntrainError("conflict", `a later request than ${request.sequence} was taken in`);
  if (known === undefined && live.size >= rateLimits.holders)
    throw new EntrainError("resource-exhausted", `a rate has at most ${rateLimits.holders} holders`);
  live.delete(request.holderId);
  const others = [...live.values()];
  const limitMilli = Math.min(request.limitMilli, ...others.map((share) => share.limitMilli));
  const roomMilli = Math.max(0, limitMilli - others.reduce((sum, share) => sum + share.reservedMilli, 0));
  const target = fairShare(
    request.wantsMilli,
    others.map((share) => share.wantsMilli),
    limitMilli,
  );
  // Within the window the holder's word is believed; outside it, no further than what is written.
  const hasMilli = recovering ? request.hasMilli : Math.min(request.hasMilli, known?.reservedMilli ?? 0);
  const grantedMilli = recovering ? Math.min(hasMilli, limitMilli) : Math.min(target, roomMilli);
  const share: RateShare = {
    reservedMilli: Math.max(hasMilli, grantedMilli),
    wantsMilli: request.wantsMilli,
    limitMilli: request.limitMilli,
    untilMs: storeMs + rateTimings.leaseMs,
    sequence: request.sequence,
  };
  const settled = !recovering && grantedMilli >= target && hasMilli <= grantedMilli;
  return {
    table: live.set(request.holderId, share),
    answer: { grantedMilli, settled, storeMs, recovering, limitMilli },
  };
}

/** Gives a share back at once. */
export function releaseShare(table: RateTable, holderId: string): RateTable {
  return new Map([...table].filter(([id]) => id !== holderId));
}

/** The share of one who wants `wants` beside `others`: those who want least are served first, the rest share evenly. */
function fairShare(wants: number, others: readonly number[], limit: number): number {
  const ascending = [...others, wants].sort((one, other) => one - other);
  let left = limit;
  for (const [index, wanted] of ascending.entries()) {
    const level = Math.floor(left / (ascending.length - index));
    if (wanted > level) return Math.min(wants, level);
    left -= wanted;
  }
  return wants;
}
