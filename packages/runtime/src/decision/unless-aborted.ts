/** Lets a caller go when its own signal aborts, without ending work that others may share. */
import { EntrainError } from "@entrain/kernel";
import type { Signal } from "@entrain/ports";

/**
 * The work's outcome, unless the signal aborts first; the work itself goes on to its end.
 * @throws EntrainError `cancelled` when the signal aborts.
 */
export function unlessAborted<T>(signal: Signal | undefined, work: Promise<T>): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(new EntrainError("cancelled", "the caller's signal aborted the decision", { cause: signal.reason }));
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", onAbort);
    });
  });
}
