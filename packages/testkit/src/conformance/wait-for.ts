/** Waiting for a condition instead of a time. */
import { setTimeout as delay } from "node:timers/promises";

/** Resolves with the first answer of `look` that is not undefined or false; fails with `what` after `timeoutMs`. */
export async function waitFor<Value>(
  what: string,
  look: () => Value | Promise<Value>,
  timeoutMs = 10_000,
): Promise<Exclude<Value, undefined | false>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen as Exclude<Value, undefined | false>;
    if (performance.now() > deadline) throw new Error(`waited in vain for ${timeoutMs} ms: ${what}`);
    await delay(5);
  }
}
