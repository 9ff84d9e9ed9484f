/**
 * Asks for a part of a budget, and again when room was made, as long as the request or the budget's policy lets it wait. From
 * the first ask that may wait, it has a place in the budget's line, which it keeps by asking again; the place ends with the
 * wait, and soon by itself where the process dies. A request that takes less does so with the last ask, and under its own id, so
 * that the store knows it again whichever answer was lost (B3).
 */
import type { Random } from "@entrain/kernel";
import type { AllocationRequest, BudgetOutcome } from "@entrain/core/budget";
import type { BudgetStore, Clock, Timers } from "@entrain/ports";

/** What it takes to ask and to wait. */
export interface GrantSeeker {
  readonly store: Pick<BudgetStore, "apply" | "watch">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
}

/** How long to wait. */
export interface SeekOptions {
  /** Longest wait, ms (default: what the budget's policy says). */
  readonly waitMs?: number | undefined;
  /** The policy's wait is cut to this, ms (default: not). */
  readonly waitMaxMs?: number;
  /** Gives the wait up. */
  readonly signal?: AbortSignal | undefined;
}

/** How long a place in the line is kept from one ask to the next, ms: four of the longest pauses. */
const keepPlaceMs = 2_000;
/** Longest pause between two tries where no hint of a change comes, ms. */
const pollMs = 500;

/**
 * The last answer, and when it was asked for by the monotonic clock, ms. A refusal is an answer.
 * @throws EntrainError of the store; the signal's reason
 */
export async function seekGrant(
  seeker: GrantSeeker,
  request: AllocationRequest,
  { waitMs, waitMaxMs = Infinity, signal }: SeekOptions = {},
): Promise<{ readonly outcome: BudgetOutcome; readonly sentMs: number }> {
  const { store, clock } = seeker;
  const { least, ...whole } = request;
  const beganMs = clock.monoMs();
  // Unknown until the first refusal says what the policy allows: then it asks again at once, for a place.
  let untilMs = waitMs === undefined ? undefined : beganMs + Math.min(waitMs, waitMaxMs);
  for (;;) {
    signal?.throwIfAborted();
    const sentMs = clock.monoMs();
    const placeMs = Math.min(keepPlaceMs, Math.ceil((untilMs ?? sentMs) - sentMs));
    const isLast = untilMs !== undefined && placeMs <= 0;
    const asked = placeMs > 0 ? { ...whole, keepPlaceMs: placeMs } : isLast ? request : whole;
    const outcome = await store.apply({ kind: "allocate", request: asked });
    if (outcome.kind !== "refused" || outcome.refusal.kind !== "exhausted") return { outcome, sentMs };
    const hadPlace = untilMs !== undefined;
    untilMs ??= beganMs + Math.min(outcome.refusal.waitMs, waitMaxMs);
    const leftMs = untilMs - clock.monoMs();
    if (leftMs <= 0 && (isLast || least === undefined)) return { outcome, sentMs };
    if (hadPlace && leftMs > 0) await roomMade(seeker, request.budgetId, leftMs, signal);
  }
}

/** Resolves when the budget's figures changed, or when it is time to look again. */
function roomMade(
  { store, timers, random }: GrantSeeker,
  budgetId: string,
  leftMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      unwatch();
      callOff();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const unwatch = store.watch((ids) => {
      if (ids.includes(budgetId)) done();
    });
    const callOff = timers.after(Math.min(leftMs, pollMs * (0.5 + random.next() / 2)), done);
    signal?.addEventListener("abort", done, { once: true });
  });
}
