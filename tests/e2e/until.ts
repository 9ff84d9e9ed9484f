/** Waiting for a condition instead of a time. */
import { setTimeout as delay } from "node:timers/promises";

const pollMs = 25;

/**
 * Asks again and again until `probe` gives something other than undefined or false; a probe that throws is asked again.
 * @param timeoutMs after which it fails with `what` and the last error
 */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let last = "";
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
    } catch (thrown) {
      last = ` (${thrown instanceof Error ? thrown.message : String(thrown)})`;
    }
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain: ${what}${last}`);
    await delay(pollMs);
  }
}

/** Looks again and again for `durationMs`; fails as soon as `check` throws. Answers how often it looked. */
export async function throughout(durationMs: number, check: () => void | Promise<void>): Promise<number> {
  const deadline = performance.now() + durationMs;
  let looks = 0;
  while (performance.now() < deadline) {
    await check();
    looks += 1;
    await delay(pollMs);
  }
  return looks;
}
