/**
 * Keeps up with something in the store: reads it at a steady pace, and soon after a hint. Hints are pub/sub and may be
 * lost, so the pace is the floor; reads never overlap, and hints that come during one are one more read after it.
 */
import type { Random } from "@entrain/kernel";
import type { Timers } from "@entrain/ports";

/** How to follow. */
export interface FollowOptions {
  readonly timers: Timers;
  readonly random: Random;
  /** Pause between two reads without a hint, ms; ± 10 %. */
  readonly everyMs: number;
  /** Reads, with a deadline of its own. */
  readonly read: () => Promise<void>;
  readonly onFailure: (thrown: unknown) => void;
}

/** Something that is followed. */
export interface Following {
  /** It may have changed. */
  hint(): void;
  stop(): void;
}

/** Hints within this time are one read, ms. */
const gatherMs = 5;
/** Longest pause after failures, ms. */
const pauseMaxMs = 5_000;

/** Begins with a read at once. */
export function follow(options: FollowOptions): Following {
  const { timers, random, everyMs } = options;
  let reading = false;
  let hinted = false;
  let stopped = false;
  let failures = 0;
  let callOff: (() => void) | undefined;

  function schedule(delayMs: number): void {
    callOff?.();
    if (stopped) return;
    callOff = timers.after(delayMs, () => void read());
  }

  function takeHint(): boolean {
    const wasHinted = hinted;
    hinted = false;
    return wasHinted;
  }

  async function read(): Promise<void> {
    reading = true;
    takeHint();
    try {
      await options.read();
      failures = 0;
    } catch (thrown) {
      failures += 1;
      options.onFailure(thrown);
    }
    reading = false;
    const pauseMs = Math.min(everyMs * 2 ** Math.min(failures, 8), Math.max(everyMs, pauseMaxMs));
    schedule(takeHint() ? gatherMs : pauseMs * (0.9 + 0.2 * random.next()));
  }

  void read();
  return {
    hint() {
      hinted = true;
      if (!reading) schedule(gatherMs);
    },
    stop() {
      stopped = true;
      callOff?.();
    },
  };
}
