/** The loop of those who look after something in the store, again and again, until they are stopped. */
import type { Random } from "@entrain/kernel";
import type { Timers } from "@entrain/ports";

/** What a keeper's loop needs. */
export interface KeepLookingOptions {
  /** Pause between two looks, ms, ± 10 %: several keepers do not look in step. */
  readonly everyMs: number;
  readonly timers: Timers;
  readonly random: Random;
  /** One look; its failure is the store's, which tells of itself, and the next look comes. */
  readonly look: () => Promise<unknown>;
}

/** Looks until the returned function is called, which waits for a look under way. */
export function keepLooking({ everyMs, timers, random, look }: KeepLookingOptions): () => Promise<void> {
  let looking: Promise<void> = Promise.resolve();
  let callOff = (): void => undefined;
  let isOver = false;
  const next = (): void => {
    callOff = timers.after(everyMs * (0.9 + 0.2 * random.next()), () => {
      looking = look().then(
        () => undefined,
        () => undefined,
      );
      void looking.then(() => {
        if (!isOver) next();
      });
    });
  };
  next();
  return async () => {
    isOver = true;
    callOff();
    await looking;
  };
}
