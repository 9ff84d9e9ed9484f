/** A deadline around any promise, on the port's timers, so that it holds in virtual time as well. */
import { EntrainError } from "@entrain/kernel";
import type { Timers } from "@entrain/ports";

/**
 * The promise's outcome, or `deadline-exceeded` after `afterMs`; what comes later is ignored.
 * @throws EntrainError `deadline-exceeded` that says what did not answer.
 */
export function withDeadline<T>(timers: Timers, afterMs: number, what: string, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const callOff = timers.after(afterMs, () => {
      reject(new EntrainError("deadline-exceeded", `${what} did not answer within ${afterMs} ms`));
    });
    void promise.then(resolve, reject).finally(callOff);
  });
}
