/**
 * Work of one process that is done one piece after the other, in the order of its coming. Bounded in number and in time: what
 * has not begun when its deadline comes is refused, and is then never begun.
 */
import { EntrainError } from "@entrain/kernel";
import type { Timers } from "@entrain/ports";

/** A line of work. */
export interface Turns {
  /**
   * Does `work` when all that came before it is done; answers what it answers.
   * @throws EntrainError `resource-exhausted` where too many wait, `deadline-exceeded` where it has not begun in time, or
   *   what the work throws.
   */
  take<T>(work: () => Promise<T>): Promise<T>;
}

/** A line; `what` names its work in messages, in the plural. */
export function createTurns(options: {
  readonly timers: Timers;
  readonly waitingMax: number;
  readonly waitMaxMs: number;
  readonly what: string;
}): Turns {
  const { timers, waitingMax, waitMaxMs, what } = options;
  const waiting = new Set<() => void>();
  let isBusy = false;

  /** Lets the next one begin. */
  function pass(): void {
    const [next] = waiting;
    if (next === undefined) isBusy = false;
    else next();
  }

  function wait(): Promise<void> {
    if (waiting.size >= waitingMax)
      throw new EntrainError("resource-exhausted", `${waitingMax} ${what} wait already`, { remedy: "slow down" });
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        waiting.delete(begin);
        callOff();
        resolve();
      };
      const callOff = timers.after(waitMaxMs, () => {
        waiting.delete(begin);
        reject(new EntrainError("deadline-exceeded", `those before it among the ${what} took over ${waitMaxMs} ms`));
      });
      waiting.add(begin);
    });
  }

  return {
    async take(work) {
      if (isBusy) await wait();
      isBusy = true;
      try {
        return await work();
      } finally {
        pass();
      }
    },
  };
}
