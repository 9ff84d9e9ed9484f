/**
 * Who asks for a run first. All agents see the same order, another for each fire time (rendezvous hashing: Thaler and
 * Ravishankar 1998), so that the runs of a swarm are shared out evenly and one agent at a time asks the store. It is an
 * order of courtesy: safety is the claim's alone.
 */
import { compareIds, hash32 } from "@entrain/kernel";

/** Pause between the first agent and the second, and so on, ms. */
const stepMs = 50;
/** From this rank on nobody waits longer. */
const rankMax = 20;

/** How many of the members ask before `agentId` for the run of `job` at `fireAtMs`. */
export function claimRank(job: string, fireAtMs: number, agentId: string, members: Iterable<string>): number {
  const weigh = (id: string): number => hash32(`${job} ${fireAtMs} ${id}`);
  const own = weigh(agentId);
  let before = 0;
  for (const id of members) {
    const weight = weigh(id);
    if (weight > own || (weight === own && compareIds(id, agentId) < 0)) before++;
  }
  return before;
}

/**
 * How long after the fire time that agent asks, ms: never more than `patienceMs`, for those before it may not have the job.
 * Where that is less than a second the steps are shorter.
 */
export function claimDelayMs(rank: number, patienceMs: number): number {
  return Math.min(rank, rankMax) * Math.min(stepMs, patienceMs / rankMax);
}
