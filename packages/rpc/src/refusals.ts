/**
 * Counts what was refused, by reason, and tells of it once a second for each: a flood must fill neither the log nor the
 * loop.
 */

const tellEveryMs = 1_000;

/** What is told: so many since it was last told, and the last one's sentence. */
export interface Refusal<Reason extends string> {
  readonly reason: Reason;
  readonly count: number;
  readonly message: string;
}

/** A count that tells. */
export interface Refusals<Reason extends string> {
  add(reason: Reason, message: string): void;
  /** Tells what is left. */
  close(): void;
}

/** Counts from 0; the first refusal after a second without one is told at once. */
export function createRefusals<Reason extends string>(
  onRefusals: (refusal: Refusal<Reason>) => void,
): Refusals<Reason> {
  const untold = new Map<Reason, Refusal<Reason>>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    for (const refusal of untold.values()) onRefusals(refusal);
    untold.clear();
  };
  return {
    add(reason, message) {
      untold.set(reason, { reason, count: (untold.get(reason)?.count ?? 0) + 1, message });
      if (timer !== undefined) return;
      tell();
      timer = setTimeout(tell, tellEveryMs).unref();
    },
    close() {
      clearTimeout(timer);
      tell();
    },
  };
}
