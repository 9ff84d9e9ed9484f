/**
 * A call of the user's under the limits that the shared document gives to its name: each try has a deadline, a failed one is
 * made again after a pause with full jitter, and the limits are read anew each time, so that an operator who slows a fleet down
 * slows down what is under way too.
 */
import { EntrainError, type Random } from "@entrain/kernel";
import { fullJitterMs } from "@entrain/core/bus";
import { callSettings, type CallSettings, type SharedDocument } from "@entrain/core/context";
import type { Timers } from "@entrain/ports";

/** How a call is made; numbers count where the document says nothing of its name. */
export interface ConfiguredCallOptions extends Partial<CallSettings> {
  /** Ends the call, and the pause before the next try. */
  readonly signal?: AbortSignal;
  /** Whether to try again after this (default: all but what Entrain itself calls hopeless). */
  readonly isRetryable?: (thrown: unknown) => boolean;
}

/** What a call needs. */
export interface CallSurroundings {
  readonly document: () => SharedDocument;
  readonly timers: Timers;
  readonly random: Random;
}

/**
 * Does `work`, with a signal that aborts when its time is over; its value.
 * @throws EntrainError `deadline-exceeded` where the last try took too long, `cancelled` where the caller's signal aborted;
 *   else what the last try threw
 */
export async function configuredCall<T>(
  around: CallSurroundings,
  name: string,
  work: (signal: AbortSignal, attempt: number) => Promise<T>,
  options: ConfiguredCallOptions = {},
): Promise<T> {
  const { signal, isRetryable = mayBeTriedAgain } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryOnce(around, name, (ending) => work(ending, attempt), options);
    } catch (thrown) {
      const { attemptsMax, pauseMs, pauseMaxMs } = callSettings(around.document(), name, options);
      if (signal?.aborted === true || attempt >= attemptsMax || !isRetryable(thrown)) throw thrown;
      await pause(around, fullJitterMs(attempt, around.random, { first: pauseMs, most: pauseMaxMs }), name, signal);
    }
  }
}

/** One try, ended by its deadline or the caller's signal, whether or not the work heeds its own. */
function tryOnce<T>(
  { document, timers }: CallSurroundings,
  name: string,
  work: (ending: AbortSignal) => Promise<T>,
  options: ConfiguredCallOptions,
): Promise<T> {
  const { timeoutMs } = callSettings(document(), name, options);
  const ending = new AbortController();
  return new Promise((resolve, reject) => {
    // Not only when the work settles: one that heeds no signal may never do.
    const end = (error: EntrainError): void => {
      done();
      ending.abort(error);
      reject(error);
    };
    const onAbort = (): void => end(cancelled(name, options.signal));
    const callOff = timers.after(timeoutMs, () => {
      end(new EntrainError("deadline-exceeded", `${name} did not answer within ${timeoutMs} ms`));
    });
    const done = (): void => {
      callOff();
      options.signal?.removeEventListener("abort", onAbort);
    };
    if (options.signal?.aborted === true) onAbort();
    else options.signal?.addEventListener("abort", onAbort, { once: true });
    const working = ending.signal.aborted
      ? Promise.reject(cancelled(name, options.signal))
      : begun(work, ending.signal);
    void working.then(resolve, reject).finally(done);
  });
}

/** A work that throws at once has failed like any other. */
async function begun<T>(work: (ending: AbortSignal) => Promise<T>, ending: AbortSignal): Promise<T> {
  return work(ending);
}

function pause({ timers }: CallSurroundings, ms: number, name: string, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      callOff();
      reject(cancelled(name, signal));
    };
    const callOff = timers.after(ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

const cancelled = (name: string, signal: AbortSignal | undefined): EntrainError =>
  new EntrainError("cancelled", `the caller's signal aborted ${name}`, { cause: signal?.reason });

const mayBeTriedAgain = (thrown: unknown): boolean => !(thrown instanceof EntrainError) || thrown.retryable;
