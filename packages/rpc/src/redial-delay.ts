/** How long to wait before dialling again: quick at first, doubling, with jitter so that a swarm does not dial in step. */
import type { Random } from "@entrain/kernel";

const firstMs = 50;
const longestMs = 2_000;

/** The pause before attempt `attempt` (0 is the first one after a loss), ms: half of it is left to chance. */
export function redialDelayMs(attempt: number, random: Random): number {
  const fullMs = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 16));
  return (fullMs * (1 + random.next())) / 2;
}
