/** A bound on waiting. */
import { EntrainError } from "@entrain/kernel";
import type { Timers } from "@entrain/ports";

/**
 * What `work` comes to, if it does within `withinMs`.
 * @throws EntrainError `deadline-exceeded` where it does not; the work itself goes on, and its outcome is ignored
 */
export async function withDeadline<T>(timers: Timers, withinMs: number, what: string, work: Promise<T>): Promise<T> {
  let callOff: () => void = () => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    callOff = timers.after(withinMs, () =>
      reject(new EntrainError("deadline-exceeded", `${what} took longer than ${withinMs} ms`)),
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    callOff();
  }
}
