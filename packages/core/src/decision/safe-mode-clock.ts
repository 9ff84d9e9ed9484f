/**
 * How long the swarm has been in safe mode, as one process reads its health. Between two readings the mode counts as what the
 * earlier one said, but for no longer than readings of a context in use are apart: a process that did not look does not know.
 */

/** What one reading of the health came to. */
export interface SafeModeReading {
  /** The mode is another one than at the reading before; safe mode off before the first. */
  readonly switched: boolean;
  /** How long safe mode went on since the reading before, ms. */
  readonly heldMs: number;
}

/** Takes one judgement after the other. */
export interface SafeModeClock {
  /** @param nowMs monotonic ms, never less than before */
  judge(nowMs: number, on: boolean): SafeModeReading;
}

/** A clock that has seen nothing; a pause counts for at most `pauseMaxMs` (default 1,000). */
export function createSafeModeClock(pauseMaxMs = 1_000): SafeModeClock {
  let last = { atMs: 0, on: false };
  return {
    judge(nowMs, on) {
      const { atMs, on: wasOn } = last;
      last = { atMs: nowMs, on };
      return { switched: on !== wasOn, heldMs: wasOn ? Math.min(nowMs - atMs, pauseMaxMs) : 0 };
    },
  };
}
