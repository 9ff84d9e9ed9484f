/** Whether a decision may leave the first word to somebody else, by what was last read of the swarm. */
import type { TimedSnapshot } from "@entrain/core/decision";

/** True where another agent leads, and its lease was not over at `nowMs` (monotonic) when the store was last read. */
export function expectsLeader(timed: TimedSnapshot | undefined, agentId: string, nowMs: number): boolean {
  const leader = timed?.snapshot.leader;
  if (timed === undefined || leader === undefined || leader.agentId === agentId) return false;
  return nowMs - timed.sentMs < leader.remainingMs;
}
