/**
 * A part of a budget in somebody's hands: prolonged while it is held, given back when it is released, and never used past
 * its end. The end is counted on the holder's own monotonic clock from the sending of the last successful request, less a
 * margin, so that a holder stops before the store gives its part to another (as L4 for leaders).
 *
 * Order at the end: the signal aborts first, then nothing more is sent but the release.
 */
import { EntrainError } from "@entrain/kernel";
import { budgetError, type Amounts, type BudgetCommand, type BudgetOutcome, type Grant } from "@entrain/core/budget";
import type { BudgetStore, Clock, Timers } from "@entrain/ports";

/** Share of the lease before its end at which the holder stops; at least 50 ms. */
const marginShare = 0.1;
const marginLeastMs = 50;
/** A lease is prolonged each third of it; after a failure sooner. */
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
   * Reports what was consumed so far: totals by consumable resource.
   * @throws EntrainError `conflict` when it has ended; `invalid-argument` for more than it holds
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

/** Holds a grant that was asked for at `sentMs` (monotonic), prolonged by `leaseMs` each time. */
export function holdLease(around: LeaseSurroundings, grant: Grant, leaseMs: number, sentMs: number): BudgetLease {
  const { store, clock, timers } = around;
  const { allocationId, budgetId, amounts } = grant;
  const target = { budgetId, allocationId } as const;
  const ending = new AbortController();
  let callOffEnd: (() => void) | undefined;
  let callOffExtension: (() => void) | undefined;
  let released: Promise<void> | undefined;

  function end(reason: EntrainError): void {
    callOffEnd?.();
    callOffExtension?.();
    ending.abort(reason);
  }

  /** The lease is known to last `leftMs` from `fromMs` on. */
  function lasts(fromMs: number, leftMs: number): void {
    callOffEnd?.();
    const marginMs = Math.max(marginLeastMs, leftMs * marginShare);
    callOffEnd = timers.after(Math.max(0, fromMs + leftMs - marginMs - clock.monoMs()), () => {
      end(new EntrainError("conflict", `the lease of ${allocationId} could not be prolonged in time: allocate anew`));
    });
  }

  async function extend(): Promise<void> {
    const askedMs = clock.monoMs();
    let nextMs = leaseMs * retryShare;
    try {
      const outcome = await store.apply({ kind: "extend", ...target, leaseMs });
      if (ending.signal.aborted) return;
      if (outcome.kind === "refused") {
        // Who was given notice may go on until its lease's end, which stands.
        if (outcome.refusal.kind !== "noticed") end(budgetError(outcome.refusal));
        return;
      }
      if (outcome.kind === "extended") {
        lasts(askedMs, outcome.leaseLeftMs);
        nextMs = leaseMs * extendShare;
      }
    } catch (thrown) {
      // Tried again until the lease's own end; what cannot succeed later ends it now.
      const error = EntrainError.from(thrown);
      if (!error.retryable) end(error);
    }
    if (!ending.signal.aborted) callOffExtension = timers.after(nextMs, () => void extend());
  }

  async function send(command: BudgetCommand): Promise<BudgetOutcome> {
    const outcome = await store.apply(command);
    if (outcome.kind === "refused") throw budgetError(outcome.refusal);
    return outcome;
  }

  lasts(sentMs, grant.leaseLeftMs);
  // A grant that is given again to the same request may be old.
  callOffExtension = timers.after(Math.min(leaseMs, grant.leaseLeftMs) * extendShare, () => void extend());
  const lease: BudgetLease = {
    allocationId,
    budgetId,
    amounts,
    signal: ending.signal,
    async consume(consumed) {
      ending.signal.throwIfAborted();
      await send({ kind: "consume", ...target, consumed });
    },
    release() {
      end(new EntrainError("cancelled", `${allocationId} was released`));
      released ??= send({ kind: "release", ...target }).then(
        () => undefined,
        (thrown: unknown) => {
          released = undefined;
          throw thrown;
        },
      );
      return released;
    },
    leave() {
      end(new EntrainError("cancelled", `${allocationId} was left to whoever asks for it again`));
    },
    [Symbol.asyncDispose]: () => lease.release(),
  };
  return lease;
}
