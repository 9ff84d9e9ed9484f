/**
 * An open loop: work begins at its instants, whether or not the work before it is done, so that a slow answer does not thin
 * out the questions after it.
 */

/** Starts `work` `perSecond` times a second for `forMs`, and returns all outcomes in the order of their instants. */
export async function openLoop<T>(perSecond: number, forMs: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const count = Math.round((perSecond * forMs) / 1_000);
  const everyMs = 1_000 / perSecond;
  const startedMs = performance.now();
  const outcomes: Promise<T>[] = [];
  while (outcomes.length < count) {
    const nowMs = performance.now();
    while (outcomes.length < count && startedMs + outcomes.length * everyMs <= nowMs)
      outcomes.push(work(outcomes.length));
    const waitMs = startedMs + outcomes.length * everyMs - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, waitMs)));
  }
  return Promise.all(outcomes);
}
