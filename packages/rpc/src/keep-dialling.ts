/** Keeps something connected: tries, holds, and tries again with growing pauses until it is closed. */
import { setTimeout as pause } from "node:timers/promises";
import { EntrainError, type Random } from "@entrain/kernel";
import { redialDelayMs } from "./redial-delay.ts";

/** A connection that held this long was a good one: its loss is answered quickly again, ms. */
const steadyMs = 2_000;

/** How one attempt ended. */
export interface Ending {
  readonly reason: EntrainError;
  /** How long the peer was there, ms. */
  readonly heldMs: number;
  /** Whoever is concerned knows the reason already. */
  readonly reported?: boolean;
}

/**
 * Runs `attempt` again and again until `closing` aborts; each runs from the dialling to the end of the connection. An
 * attempt that throws has held for no time. Resolves when the last attempt is over.
 */
export async function keepDialling(options: {
  readonly attempt: (first: boolean) => Promise<Ending>;
  readonly onEnding: (ending: Ending) => void;
  readonly random: Random;
  readonly closing: AbortSignal;
}): Promise<void> {
  const { attempt, onEnding, random, closing } = options;
  let failures = 0;
  for (let first = true; !closing.aborted; first = false) {
    const ending = await attempt(first).catch(failed);
    onEnding(ending);
    if (ending.heldMs >= steadyMs) failures = 0;
    const delayMs = redialDelayMs(failures++, random);
    await pause(delayMs, undefined, { signal: closing, ref: false }).catch(() => undefined);
  }
}

function failed(thrown: unknown): Ending {
  return { reason: EntrainError.from(thrown), heldMs: 0 };
}
