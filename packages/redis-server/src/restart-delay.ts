/**
 * How long to wait before a server or keeper that died is started again: hardly at all the first time, so that clients
 * lose little, and never long enough to be taken for dead.
 */
import { setTimeout as delay } from "node:timers/promises";

/** The wait before the first restart, ms. */
export const RESTART_DELAY_MIN_MS = 50;
/** The longest wait, ms. */
export const RESTART_DELAY_MAX_MS = 2_000;
/** A life at least this long (ms) makes the next death a first one again. */
export const STABLE_LIFE_MS = 10_000;

/** Milliseconds to wait, given how many lives in a row ended (or never began) before STABLE_LIFE_MS; 0 for none yet. */
export function restartDelayMs(shortLives: number): number {
  return Math.min(RESTART_DELAY_MAX_MS, RESTART_DELAY_MIN_MS * 2 ** Math.min(shortLives, 16));
}

/** Waits `waitMs`; gives false, at once, where `end` is or becomes aborted. */
export async function waitUnless(end: AbortSignal, waitMs: number): Promise<boolean> {
  await delay(waitMs, undefined, { signal: end }).catch(() => undefined);
  return !end.aborted;
}
