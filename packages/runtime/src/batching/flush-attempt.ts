/** One call of a user's flush: bounded in time, and its answer taken for what it is only after a look at it. */
import { EntrainError } from "@entrain/kernel";
import type { Timers } from "@entrain/ports";

/**
 * What `work` answers in time.
 * @throws EntrainError `deadline-exceeded` after `deadlineMs`, `cancelled` where `ending` aborts; the work itself may go on,
 *   its signal aborted; else what it throws
 */
export async function withinDeadline<T>(
  {
    timers,
    deadlineMs,
    ending,
  }: { readonly timers: Timers; readonly deadlineMs: number; readonly ending: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = () => new EntrainError("cancelled", "the agent stopped before the flush came to an end");
  if (ending.aborted) throw ended();
  const attempt = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (error: EntrainError): void => {
    reject(error);
    attempt.abort(error);
  };
  const onEnd = (): void => {
    stop(ended());
  };
  ending.addEventListener("abort", onEnd, { once: true });
  const callOff = timers.after(deadlineMs, () => {
    stop(new EntrainError("deadline-exceeded", `the flush took longer than ${deadlineMs} ms: its outcome is unknown`));
  });
  try {
    return await Promise.race([promise, Promise.resolve().then(() => work(attempt.signal))]);
  } finally {
    callOff();
    ending.removeEventListener("abort", onEnd);
  }
}

/** The results, one an item; an answer that is no such list is everyone's error, for nobody can say whose result it has. */
export function resultsOf<Result>(
  name: string,
  results: readonly (Result | Error)[],
  items: number,
): readonly (Result | Error)[] {
  const isList: boolean = Array.isArray(results);
  if (isList && results.length === items) return results;
  const found = isList ? `${results.length} results` : "no list";
  const remedy = "answer one result an item, in their order, an Error for each that failed";
  const sentence = `the flush of ${name} answered ${found} for ${items} items: ${remedy}`;
  return Array.from(
    { length: items },
    () => new EntrainError("invalid-argument", sentence, { field: "flush", remedy }),
  );
}
