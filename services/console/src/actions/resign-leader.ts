/** Asks the leader to give its leadership up. The agents elect the next one by themselves. */
import { EntrainError } from "@entrain/kernel";
import type { ElectionStore, Timers } from "@entrain/ports";
import type { ResignAnswer } from "../contract/leader-view.ts";
import { withDeadline } from "../deadline.ts";
import type { SwarmFollower } from "../swarm-follower.ts";

/** How long the leader's process has to answer, ms. */
const waitMs = 2_000;

/**
 * Who gave up which term.
 * @throws EntrainError `conflict` where nobody leads (any more); `unavailable` where the leader cannot be reached
 */
export async function resignLeader(
  swarm: Pick<SwarmFollower, "processOf">,
  election: Pick<ElectionStore, "read">,
  timers: Timers,
): Promise<ResignAnswer> {
  const leader = await withDeadline(timers, waitMs, "reading the leader", election.read());
  if (leader === undefined) throw new EntrainError("conflict", "nobody leads: there is nothing to resign");
  const { agentId, term } = leader;
  const connection = swarm.processOf(agentId);
  if (connection === undefined)
    throw new EntrainError("unavailable", `the leader ${agentId} is not reachable: its lease ends by itself`);
  const resigned = await withDeadline(timers, waitMs, `the leader ${agentId}`, connection.resign(agentId, waitMs));
  if (!resigned) throw new EntrainError("conflict", `${agentId} leads no longer: read the leader anew`);
  return { agentId, term };
}
