/**
 * Waits at a barrier until as many parties wait as it takes. The arrival is said again every third of its lease, and when the
 * store hints that the barrier has opened: so a party that crashed is not counted for longer than a lease, a store that
 * lost its last second is told again (S1), and a lost answer is made up for by the ticket.
 */
import { randomUUID } from "node:crypto";
import { EntrainError } from "@entrain/kernel";
import type { BarrierStore, Timers } from "@entrain/ports";
import type { AcquireOptions } from "./lock-queue.ts";

/** What a wait needs. */
export interface BarrierWaitOptions extends AcquireOptions {
  readonly name: string;
  readonly parties: number;
  readonly store: BarrierStore;
  readonly timers: Timers;
  readonly leaseMs: number;
  /** The highest token that this process has seen of the barrier (L2). */
  readonly highestToken: number;
}

/**
 * The token of the round: the same for all of its parties, higher than those of all rounds before.
 * @throws EntrainError `deadline-exceeded`, `cancelled`, `conflict` (others wait for another number of parties).
 */
export async function waitAtBarrier(options: BarrierWaitOptions): Promise<number> {
  const { name, store, timers, timeoutMs, signal } = options;
  if (signal?.aborted === true) throw cancelled();
  const ticket = randomUUID();
  const ended = Promise.withResolvers<EntrainError>();
  let hinted = Promise.withResolvers<undefined>();
  const unwatch = store.watch(() => {
    hinted.resolve(undefined);
  });
  const callOff = timers.after(timeoutMs, () => {
    ended.resolve(new EntrainError("deadline-exceeded", `barrier "${name}" did not open within ${timeoutMs} ms`));
  });
  const onAbort = (): void => {
    ended.resolve(cancelled());
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    for (;;) {
      hinted = Promise.withResolvers();
      const token = await Promise.race([arrive(options, ticket), ended.promise]);
      if (typeof token === "number") return token;
      const outcome = token ?? (await pause(options, [hinted.promise, ended.promise]));
      if (outcome instanceof EntrainError) return await depart(store, ticket, outcome);
    }
  } finally {
    callOff();
    unwatch();
    signal?.removeEventListener("abort", onAbort);
  }
}

/** The token, or undefined: not yet, or nobody knows. */
async function arrive(
  { store, parties, highestToken, leaseMs }: BarrierWaitOptions,
  ticket: string,
): Promise<number | undefined> {
  try {
    const answer = await store.arrive({ ticket, parties, highestToken, leaseMs });
    return answer.kind === "opened" ? answer.token : undefined;
  } catch (thrown) {
    const error = EntrainError.from(thrown);
    if (!error.retryable) throw error;
    return undefined;
  }
}

/** Until it is time to say again that it waits, or one of the others happens. */
async function pause(
  { timers, leaseMs }: BarrierWaitOptions,
  others: readonly Promise<EntrainError | undefined>[],
): Promise<EntrainError | undefined> {
  const again = Promise.withResolvers<undefined>();
  const callOff = timers.after(leaseMs / 3, () => {
    again.resolve(undefined);
  });
  try {
    return await Promise.race([again.promise, ...others]);
  } finally {
    callOff();
  }
}

/** Withdraws the arrival, unless the barrier has opened meanwhile: then that is the outcome. */
async function depart(store: BarrierStore, ticket: string, error: EntrainError): Promise<number> {
  // A withdrawal that does not get through is made up for by the end of the arrival's lease.
  const token = await store.depart(ticket).catch(() => undefined);
  if (token === undefined) throw error;
  return token;
}

function cancelled(): EntrainError {
  return new EntrainError("cancelled", "the caller's signal aborted the wait");
}
