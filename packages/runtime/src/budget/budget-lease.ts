/**
 * A part of a budget in somebody's hands: prolonged while it is held, given back when it is released, and never used past
 * its end. The end is counted on the holder's own monotonic clock from the sending of the last successful request, less a
 * margin, so that a holder stops before the store gives its part to another (as L4 for leaders).
 *
 * Order at the end: the signal aborts first, then nothing more is sent but the release. After a notice: the end is brought
 * forward here first, and only then the store is asked to do the same, so that a lost answer or a holder that cannot be
 * reached leaves the store with the later end of the two.
 */
import { checkObject, EntrainError } from "@entrain/kernel";
import { budgetError, budgetLimits, type Amounts, type BudgetCommand, type Grant } from "@entrain/core/budget";
import type { BudgetStore, Clock, Timers } from "@entrain/ports";

/** Share of the lease before its end at which the holder stops; at least 50 ms. */
const marginShare = 0.1;
const marginLeastMs = 50;
/** A lease is prolonged each third of what it has; after a failure sooner. */
const extendShare = 1 / 3;
const retryShare = 1 / 20;

/** A granted part of a budget. Declare it with `await using`, or release it. */
export interface BudgetLease extends AsyncDisposable {
  readonly allocationId: string;
  readonly budgetId: string;
  readonly amounts: Amounts;
  /** Aborts before the lease can be over: stop using it. Its reason is an EntrainError. */
  readonly signal: AbortSignal;
  /**
   * Aborts when a higher priority needs the part: end what it is used for. `signal` follows within 5 s, with the same reason,
   * an EntrainError `conflict`.
   */
  readonly notice: AbortSignal;
  /**
   * Reports what was consumed so far: totals by consumable resource. After `signal` too, until it is given back: the store
   * takes it down as long as it holds the lease itself.
   * @throws EntrainError `conflict` when that is over; `cancelled` after `release` or `leave`; `invalid-argument` for more
   *   than it holds
   */
  consume(consumed: Amounts): Promise<void>;
  /** Gives back what was not consumed; idempotent. Without an answer the store takes it back at the lease's end. */
  release(): Promise<void>;
  /** Stops prolonging it without giving it back: who makes the same request again holds on to it. */
  leave(): void;
}

/** What a lease needs. */
export interface LeaseSurroundings {
  readonly store: Pick<BudgetStore, "apply">;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** The end of a lease, on the holder's own clock. */
interface LeaseEnd {
  /** The lease is known to last `leftMs` from `fromMs` on. */
  lasts(fromMs: number, leftMs: number): void;
  /** It would last longer than until then, monotonic ms. */
  isAfter(monoMs: number): boolean;
  callOff(): void;
}

/** Calls `onEnd` a margin before the lease is over. */
function watchEnd({ clock, timers }: LeaseSurroundings, onEnd: () => void): LeaseEnd {
  let untilMs = -Infinity;
  let callOff: (() => void) | undefined;
  return {
    lasts(fromMs, leftMs) {
      callOff?.();
      untilMs = fromMs + leftMs;
      const marginMs = Math.max(marginLeastMs, leftMs * marginShare);
      callOff = timers.after(Math.max(0, untilMs - marginMs - clock.monoMs()), onEnd);
    },
    isAfter: (monoMs) => untilMs > monoMs,
    callOff: () => callOff?.(),
  };
}

async function send(store: LeaseSurroundings["store"], command: BudgetCommand): Promise<void> {
  const outcome = await store.apply(command);
  if (outcome.kind === "refused") throw budgetError(outcome.refusal);
}

/** What is done once, and again only after a failure. */
function onceDone(act: () => Promise<void>): () => Promise<void> {
  let acted: Promise<void> | undefined;
  return () => {
    acted ??= act().catch((thrown: unknown) => {
      acted = undefined;
      throw thrown;
    });
    return acted;
  };
}

const late = (allocationId: string): EntrainError =>
  new EntrainError("conflict", `the lease of ${allocationId} could not be prolonged in time: allocate anew`);

/**
 * Holds on to a grant that was given before to the same request. What is left of it may be next to nothing although the store
 * still holds it, so it is prolonged before its end is judged.
 * @param sentMs when the grant was asked for, monotonic
 * @throws EntrainError of the store; `conflict` where it has ended meanwhile
 */
export async function resumeLease(
  around: LeaseSurroundings,
  grant: Grant,
  leaseMs: number,
  sentMs: number,
): Promise<BudgetLease> {
  const { allocationId, budgetId, leaseUntilMs, leaseLeftMs } = grant;
  const askedMs = around.clock.monoMs();
  const outcome = await around.store.apply({ kind: "extend", budgetId, allocationId, leaseMs });
  if (outcome.kind === "extended")
    return holdLease(
      around,
      { ...grant, leaseUntilMs: outcome.leaseUntilMs, leaseLeftMs: outcome.leaseLeftMs },
      leaseMs,
      askedMs,
    );
  if (outcome.kind !== "refused") throw new EntrainError("internal", `an extension was answered ${outcome.kind}`);
  if (outcome.refusal.kind !== "noticed") throw budgetError(outcome.refusal);
  // It is told of the notice with its next extension; this one may have shortened it.
  const shortenedMs = leaseUntilMs - outcome.refusal.leaseUntilMs;
  const noticed = { ...grant, leaseUntilMs: leaseUntilMs - shortenedMs, leaseLeftMs: leaseLeftMs - shortenedMs };
  return holdLease(around, noticed, leaseMs, sentMs);
}

/** Holds a grant that was asked for at `sentMs` (monotonic), prolonged by `leaseMs` each time. */
export function holdLease(around: LeaseSurroundings, grant: Grant, leaseMs: number, sentMs: number): BudgetLease {
  const { store, clock, timers } = around;
  const { allocationId, budgetId, amounts } = grant;
  const target = { budgetId, allocationId } as const;
  const ending = new AbortController();
  /** Released or left: until then what was consumed is told, and the store judges whether it comes in time. */
  const givenUp = new AbortController();
  const notice = new AbortController();
  /** How long it lasts at a time: less than was asked for where its budget ends sooner. */
  let heldMs = Math.min(leaseMs, grant.leaseLeftMs);
  let callOffExtension: (() => void) | undefined;
  const giveBack = onceDone(() => send(store, { kind: "release", ...target }));
  const over = watchEnd(around, () => {
    end(notice.signal.aborted ? EntrainError.from(notice.signal.reason) : late(allocationId));
  });

  function end(reason: EntrainError): void {
    over.callOff();
    callOffExtension?.();
    ending.abort(reason);
  }

  function giveUp(how: string): void {
    const reason = new EntrainError("cancelled", `${allocationId} ${how}`);
    givenUp.abort(reason);
    end(reason);
  }

  /** Somebody else is to have the part: it ends by the end of the notice, or of its lease if that comes first. */
  function heed(reason: EntrainError): void {
    if (notice.signal.aborted) return;
    const nowMs = clock.monoMs();
    const isSooner = over.isAfter(nowMs + budgetLimits.noticeMs);
    if (isSooner) over.lasts(nowMs, budgetLimits.noticeMs);
    notice.abort(reason);
    if (isSooner && !ending.signal.aborted) void extend(budgetLimits.noticeMs);
  }

  async function extend(askMs: number): Promise<void> {
    const askedMs = clock.monoMs();
    let nextMs = Math.min(askMs, heldMs) * retryShare;
    try {
      const outcome = await store.apply({ kind: "extend", ...target, leaseMs: askMs });
      if (ending.signal.aborted) return;
      if (outcome.kind === "refused") {
        if (outcome.refusal.kind === "noticed") heed(budgetError(outcome.refusal));
        else end(budgetError(outcome.refusal));
        return;
      }
      if (outcome.kind === "extended") {
        over.lasts(askedMs, outcome.leaseLeftMs);
        heldMs = Math.min(askMs, outcome.leaseLeftMs);
        nextMs = heldMs * extendShare;
      }
    } catch (thrown) {
      // Tried again until the lease's own end; what cannot succeed later ends it now.
      const error = EntrainError.from(thrown);
      if (!error.retryable) end(error);
    }
    if (!ending.signal.aborted) callOffExtension = timers.after(nextMs, () => void extend(askMs));
  }

  over.lasts(sentMs, grant.leaseLeftMs);
  callOffExtension = timers.after(heldMs * extendShare, () => void extend(leaseMs));
  const lease: BudgetLease = {
    allocationId,
    budgetId,
    amounts,
    signal: ending.signal,
    notice: notice.signal,
    async consume(consumed) {
      checkObject("consumed", consumed, "give an object of amounts by resource");
      givenUp.signal.throwIfAborted();
      await send(store, { kind: "consume", ...target, consumed });
    },
    release() {
      giveUp("was released");
      return giveBack();
    },
    leave() {
      giveUp("was left to whoever asks for it again");
    },
    [Symbol.asyncDispose]: () => lease.release(),
  };
  return lease;
}
